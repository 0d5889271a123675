"""Hides the user and password of a URL in any text that a user typed, well formed or not."""

import re
import shlex
import sys

_START = re.compile(r"((?<!duckdb):|:(?!///))/*")
"""Credentials may follow the first colon, but not in the path of a DuckDB file, which begins with three slashes."""

_NAMED = re.compile(r"(passw\w*\s*=).+", re.DOTALL | re.IGNORECASE)
_SETTINGS = re.compile(r"(:.*?\?).+", re.DOTALL)


def without_credentials(text: str) -> str:
    """A text with every piece of a URL that may be a credential replaced by ***.

    A password may hold any character, even an @ or ? that nobody encoded. So everything is hidden from the first colon
    to the last @, and after a ? or `password=`. It hides too much rather than too little: it is meant for what a user
    typed (an argument, a URL), not for sentences.
    """
    start = _START.search(text)
    if start is not None and "@" in text[start.end() :]:
        hidden, _, rest = text[start.end() :].rpartition("@")
        is_within_settings = "?" in hidden or _NAMED.search(hidden)  # then what follows may be a password, too
        text = f"{text[: start.end()]}***" + ("" if is_within_settings else f"@{rest}")
    return _NAMED.sub(r"\1***", _SETTINGS.sub(r"\1***", text))


def typed_command() -> str:
    """The command line of this process for the record of a run, as a shell takes it, without credentials."""
    return shlex.join(["encord-sync", *map(without_credentials, sys.argv[1:])])
