"""Sphinx: a site from the pages of this folder, which also read as they are where code is hosted. See `make docs`."""

from pathlib import Path

from sphinx.application import Sphinx

project = "encord-sync"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "encord-sync"
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
exclude_patterns = ["_site"]
myst_heading_anchors = 3
source_suffix = {".md": "markdown"}

ROOT = Path(__file__).parent.parent
_AT_THE_ROOT = {"contributing": "CONTRIBUTING.md", "changelog": "CHANGELOG.md"}
"""Page → the file of the root whose text it has in the site; code hosts look for these files there."""


def _text_of_the_root(_: Sphinx, page: str, source: list[str]) -> None:
    if page in _AT_THE_ROOT:
        text = (ROOT / _AT_THE_ROOT[page]).read_text(encoding="utf-8")
        text = text.replace("](docs/", "](")
        for other, file in _AT_THE_ROOT.items():
            text = text.replace(f"]({file})", f"]({other}.md)")
        source[0] = text


def setup(app: Sphinx) -> None:
    """Have the pages of the root's files filled as they are read."""
    app.connect("source-read", _text_of_the_root)
