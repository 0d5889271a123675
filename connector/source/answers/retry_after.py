"""How long a server asks to wait, as a number and in words."""

import datetime
import email.utils

import requests

LONGEST_RETRY_AFTER_SECONDS = 10.0**9
"""A longer wait counts as this one."""


def retry_after_seconds(response: requests.Response) -> float | None:
    """The Retry-After header in seconds from now; None if there is none, or it cannot be read.

    A date is compared with the answer's own Date header, so that a wrong local clock does not matter.
    """
    header = response.headers.get("Retry-After", "").strip()
    if not header:
        return None
    if header.isascii() and header.isdigit():
        return min(float(header), LONGEST_RETRY_AFTER_SECONDS)
    until = _http_date(header)
    if until is None:
        return None
    now = _http_date(response.headers.get("Date", "")) or datetime.datetime.now(datetime.UTC)
    return max(0.0, (until - now).total_seconds())


def in_words(seconds: float) -> str:
    """A wait as people say it: "90 s", "20 minutes", "3 hours", "more than two days"."""
    if seconds <= 120:
        return f"{seconds:.0f} s"
    if seconds <= 120 * 60:
        return f"{seconds / 60:.0f} minutes"
    if seconds <= 48 * 3600:
        return f"{seconds / 3600:.0f} hours"
    return "more than two days"


def _http_date(text: str) -> datetime.datetime | None:
    try:
        date = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=datetime.UTC)
