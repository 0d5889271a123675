"""README and the pages of docs/ as tests read them: their blocks and sections."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.docs.reference import DOCS, README, ROOT

WRITTEN = (README, *(ROOT / name for name in ("CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")), *DOCS.glob("*.md"))
"""Pages that people write."""
ALL = (*WRITTEN, *(DOCS / "reference").glob("*.md"))

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """A fenced block of a page.

    Attributes:
        page: the page's file.
        language: the word after the fence; empty if there is none.
        text: what stands in it.
        shown: the text block right after it, if there is one: what it prints.
    """

    page: Path
    language: str
    text: str
    shown: str | None


def blocks(language: str, pages: tuple[Path, ...] = WRITTEN) -> Iterator[Block]:
    """Every block of a language, page by page."""
    for page in pages:
        yield from (block for block in _fenced(page, page.read_text(encoding="utf-8")) if block.language == language)


def blocks_of(page: Path, heading: str) -> list[Block]:
    """The blocks under a heading of the second level, in their order; what a block prints is not one of its own.

    Raises:
        ValueError: there is no such heading.
    """
    found: list[Block] = []
    is_printed = False
    for block in _fenced(page, section(page, heading)):
        if not is_printed:
            found.append(block)
        is_printed = not is_printed and block.shown is not None
    return found


def _fenced(page: Path, text: str) -> Iterator[Block]:
    found = list(_BLOCK.finditer(text))
    for this, after in itertools.zip_longest(found, found[1:]):
        follows = after is not None and after[1] == "text" and not text[this.end() : after.start()].strip()
        yield Block(page, this[1], this[2], after[2] if follows and after is not None else None)


def section(page: Path, heading: str) -> str:
    """What stands under a heading of the second level, to the next one.

    Raises:
        ValueError: there is no such heading.
    """
    text = page.read_text(encoding="utf-8")
    begin = text.index(f"\n## {heading}\n")
    end = text.find("\n## ", begin + 1)
    return text[begin : end if end > 0 else len(text)]
