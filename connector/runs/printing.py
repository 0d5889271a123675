"""How text reaches a terminal or a log: this module makes every line that people read, and every JSON line.

Titles, branches, hashes, e-mail addresses and error messages come from elsewhere. A character in them that moves the
cursor, changes the direction of writing or cannot be seen is printed as an escape, and no text is ever markup.
"""

import functools
import json
import logging
import re
import sys
import traceback
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

import orjson

if TYPE_CHECKING:  # imported where it is used: most runs write to a log, and draw nothing
    from rich.console import Console

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that must not reach a terminal: control characters, invisible format characters (such as those
that change the direction of writing), lone surrogates, separators of lines and paragraphs."""


def visible(text: str) -> str:
    r"""The text with each control, format and line separating character as Python writes it: `\n`, `\x1b`, `\u202e`."""
    if text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode() if unicodedata.category(character) in _UNSEEN else character
        for character in text
    )


def print_line(text: str, stream: TextIO | None = None, *, style: str = "", hang: int = 0) -> None:
    """Print one line, with invisible characters made visible; on a terminal it wraps between words.

    Args:
        text: the line.
        stream: standard output if None.
        style: rich's name of a colour, for terminals.
        hang: how far the next lines are indented if the terminal is too narrow for one line.
    """
    stream = stream or sys.stdout
    console = terminal(stream)
    if console is None:
        stream.write(visible(text) + "\n")
        stream.flush()
        return
    for line in _broken(visible(text), console.width, hang):
        console.print(line, style=style, soft_wrap=True)


def _broken(text: str, width: int, hang: int) -> list[str]:
    """The text in lines of `width` columns; a longer word gets a line of its own."""
    from rich.cells import cell_len

    lines = [""]
    for word in re.findall(r"\s*\S+", text):
        if lines[-1] and cell_len(lines[-1] + word) > width:
            lines.append(" " * hang + word.lstrip())
        else:
            lines[-1] += word
    return lines


def print_lines(text: str, stream: TextIO) -> None:
    """Print a text whose line breaks matter, ours or a library's: a traceback, a usage message."""
    for line in text.rstrip("\n").split("\n"):
        print_line(line, stream)


def print_traceback() -> None:
    """Print the traceback of the exception that is being handled, to standard error."""
    print_lines(traceback.format_exc(), sys.stderr)


class LogLine(logging.Formatter):
    """Formats the log record of a library, which may quote anything."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's lines, with invisible characters made visible."""
        return "\n".join(visible(line) for line in super().format(record).split("\n"))


@functools.cache
def terminal(stream: TextIO) -> "Console | None":
    """The console of a stream, if that is a terminal; always the same, so that lines and a progress bar get along."""
    if not stream.isatty():
        return None
    from rich.console import Console

    return Console(file=stream, highlight=False, markup=False, emoji=False)


def json_line(facts: Mapping[str, object], encoding: str | None = None) -> str:
    r"""The facts as one line of JSON that reads back unchanged, with invisible characters as `\u…`.

    Args:
        facts: JSON values, times, and anything else that `str` can turn into text.
        encoding: of the stream that the line is for; unless it is UTF, everything beyond ASCII is escaped.
    """
    text = orjson.dumps(_encodable(facts), default=_text_of, option=orjson.OPT_UTC_Z).decode()
    is_wide = encoding is None or encoding.lower().startswith("utf")
    if text.isprintable() and (is_wide or text.isascii()):
        return text
    return "".join(
        character if character.isprintable() and (is_wide or character.isascii()) else json.dumps(character)[1:-1]
        for character in text
    )


def _encodable(value: object) -> object:
    """The value with lone surrogates written out as escapes: they are not text, and JSON cannot hold them."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {_text_of(name): _encodable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(each) for each in value]
    return value


def _text_of(value: object) -> str:
    return str(value).encode("utf-8", "backslashreplace").decode()
