"""Every link of the pages leads somewhere: files exist, headings exist, and no page stands alone."""

import re
from pathlib import Path

from tests.docs.pages import ALL
from tests.docs.reference import DOCS, README, ROOT

_LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts and the site make them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> list[str]:
    found = []
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith(("https://", "mailto:")):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


def test_every_link_resolves() -> None:
    assert {str(page.relative_to(ROOT)): found for page in ALL if (found := broken_links(page))} == {}


def test_every_page_is_in_the_index_and_readme_names_every_page() -> None:
    listed = set(re.findall(r"^([\w/-]+)$", (DOCS / "index.md").read_text(encoding="utf-8"), re.MULTILINE))
    pages = {str(page.relative_to(DOCS).with_suffix("")) for page in DOCS.rglob("*.md")} - {"index"}
    assert {page for page in pages if not page.startswith("reference/views-")} <= listed <= pages
    readme = README.read_text(encoding="utf-8")
    named = set(re.findall(r"\]\(docs/([\w/-]+)\.md\)", readme))
    of_the_root = {"contributing", "changelog"}
    assert {page for page in pages - of_the_root if not page.startswith("reference/views-")} <= named


def test_readme_fits_its_size() -> None:
    assert README.stat().st_size <= 10_000
