"""Hiding what a URL says of user and password, in any text that a user typed, well formed or not."""

import re
import shlex
import sys

_START = re.compile(r"((?<!duckdb):|:(?!///))/*")
"""Behind the first colon credentials may stand, but not in the path of a DuckDB file, which has three slashes first."""

_NAMED = re.compile(r"(passw\w*\s*=).+", re.DOTALL | re.IGNORECASE)
_SETTINGS = re.compile(r"(:.*?\?).+", re.DOTALL)


def without_credentials(text: str) -> str:
    """A text with every piece of a URL that may be a credential replaced by ***.

    A password may hold any character, also an @ or ? that nobody encoded. So everything goes from the first colon to
    the last @, and behind a ? or `password=`. It hides too much rather than too little: it is for what a user typed (an
    argument, a URL), not for sentences.
    """
    start = _START.search(text)
    if start is not None and "@" in text[start.end() :]:
        hidden, _, rest = text[start.end() :].rpartition("@")
        is_within_settings = "?" in hidden or _NAMED.search(hidden)  # then what follows may be a password, too
        text = f"{text[: start.end()]}***" + ("" if is_within_settings else f"@{rest}")
    return _NAMED.sub(r"\1***", _SETTINGS.sub(r"\1***", text))


def typed_command() -> str:
    """The command line of this process, as a shell takes it and without credentials, for the record of a run."""
    return shlex.join(["encord-sync", *map(without_credentials, sys.argv[1:])])
