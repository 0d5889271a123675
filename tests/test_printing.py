"""What cannot be seen is printed as an escape; JSON lines read back as they were given."""

import io
import json
import logging
import sys
import unicodedata
from typing import Any

import pytest

from connector.runs.printing import LogLine, json_line, print_line, visible

UNSEEN = [chr(point) for point in range(sys.maxunicode + 1) if unicodedata.category(chr(point)) in "Cc Cf Cs Zl Zp"]


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_every_character_that_moves_or_hides_is_an_escape() -> None:
    named = "\x00\x1b\x7f\x85\x9b\u200b\u200f\u202a\u202e\u2028\u2029\u2066\u2069\ufeff\ud800\udfff"
    assert set(named) <= set(UNSEEN)
    shown = visible("".join(UNSEEN))
    assert shown.isprintable()
    assert shown.count("\\") == len(UNSEEN)
    assert visible("a\nb\t\x1b[2J\u202e\ud800") == r"a\nb\t\x1b[2J\u202e\ud800"


@pytest.mark.parametrize("text", ["Ferme à l'été", "牛舎 🐄", "a\u00a0b", r"C:\x1b", "[bold]", ""])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize("encoding", [None, "utf-8", "latin-1", "ascii"])
def test_json_holds_the_text_itself(encoding: str | None) -> None:
    text = "".join(character for character in UNSEEN if not 0xD800 <= ord(character) < 0xE000) + "é 牛 🐄 [/x]"
    line = json_line({"text": text, "each": [text, {"a": text}], text: 1.5}, encoding)
    assert line.isprintable()
    assert line.isascii() or encoding in (None, "utf-8")
    assert json.loads(line) == {"text": text, "each": [text, {"a": text}], text: 1.5}


def test_json_takes_what_is_no_text_and_no_json() -> None:
    facts: dict[str, Any] = {"lone": "a\ud800", "not a number": float("nan"), "pair": (1, None), "path": sys.path}
    assert json.loads(json_line(facts)) == {**facts, "lone": r"a\ud800", "not a number": None, "pair": [1, None]}


def test_a_library_s_log_record_is_visible_too() -> None:
    record = logging.makeLogRecord({"msg": "retrying %s\nfor once", "args": ("\x1b[2J\u202e",)})
    assert LogLine().format(record) == "retrying \\x1b[2J\\u202e\nfor once"


def test_a_terminal_gets_lines_that_end_between_words() -> None:
    stream = Terminal()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "20")
        patch.setenv("TERM", "xterm")
        print_line("name  [/x] :cow: of a herd of cows", stream, hang=6)
        print_line("a 牛牛牛牛牛牛牛 牛牛牛牛", stream)
        print_line("x" * 30 + " y", stream)
    assert stream.getvalue().splitlines() == [
        "name  [/x] :cow: of",
        "      a herd of cows",
        "a 牛牛牛牛牛牛牛",
        "牛牛牛牛",
        "x" * 30,
        "y",
    ]
