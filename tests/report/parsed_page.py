"""Reads the page as a browser would: its tables and tiles by question, its tags, and what it would load."""

from collections import Counter, defaultdict
from html.parser import HTMLParser
from typing import NamedTuple

VOID = {"meta", "input", "br", "link", "img", "hr"}


class Read(NamedTuple):
    """A cell: what a reader sees, and the number behind it as the page wrote it."""

    text: str
    value: str | None


class ParsedPage(HTMLParser):
    """A page.

    Attributes:
        text: as it was written.
        tables: question → rows of its table, or its tiles as one row.
        headings: question → headings of its columns.
        empty: question → the sentence in place of its answer.
        tags: how often each element is there.
        attributes: (element, attribute, value) of all.
        style: the style sheet.
        anchors: ids, as often as they are there.
        plain: all text outside the style sheet.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.tables: dict[str, list[list[Read]]] = defaultdict(list)
        self.headings: dict[str, list[str]] = defaultdict(list)
        self.empty: dict[str, str] = {}
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.style = ""
        self.anchors: list[str] = []
        self.plain = ""
        self._open: list[str] = []
        self._question = ""
        self._words: list[str] = []
        self._value: str | None = None
        self.feed(text)
        self.close()
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        self.attributes += [(tag, *item) for item in found.items()]
        self.anchors += [found["id"]] if "id" in found else []
        if tag not in VOID:
            self._open.append(tag)
        if "data-question" in found:
            self._question = found["data-question"]
            self._words = []
            if tag == "dl":
                self.tables[self._question].append([])
        if tag == "tr" and "tbody" in self._open:
            self.tables[self._question].append([])
        if tag in {"td", "th", "dd", "dt", "text"}:
            self._words, self._value = [], found.get("data-value")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"{tag} is closed in its place"
        words = "".join(self._words)
        if not self._question or ("tbody" not in self._open and tag == "td"):
            pass
        elif tag == "dt" or (tag == "th" and "thead" in self._open):
            self.headings[self._question].append(words)
        elif tag in {"td", "th", "dd"}:
            self.tables[self._question][-1].append(Read(words, self._value))
        elif tag == "p" and self._question and self._words:
            self.empty.setdefault(self._question, words)
        if tag in {"table", "dl", "p"}:
            self._question, self._words = "", []

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            self.style += data
            return
        self.plain += data
        self._words.append(data)
