"""Encord's spellings of time → microseconds since 1970 in UTC, the unit of every Arrow time column.

Label rows repeat a few thousand different strings over and over, so a cache is far cheaper than parsing each.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}
_CACHE_LIMIT = 100_000


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 in UTC; a time without a zone counts as UTC, as Encord's do."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    elapsed = moment - _EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds


def parse_timestamp(text: str) -> int:
    """The time that one of Encord's strings means.

    Understands `Tue, 17 Jan 2023 17:23:10 UTC` (or GMT, or any RFC 2822 form), `2023-02-09 14:12:03` and every
    ISO 8601 form that Python reads; naive means UTC.

    Returns:
        Microseconds since 1970-01-01 in UTC.

    Raises:
        ValueError: the string has none of these forms.
    """
    if len(text) == 29 and text[3] == "," and text[25:] in {" UTC", " GMT"} and text[8:11] in _MONTHS:
        return microseconds(
            datetime(
                int(text[12:16]),
                _MONTHS[text[8:11]],
                int(text[5:7]),
                int(text[17:19]),
                int(text[20:22]),
                int(text[23:25]),
                tzinfo=UTC,
            )
        )
    try:
        return microseconds(datetime.fromisoformat(text))
    except ValueError:
        return microseconds(parsedate_to_datetime(text))


class TimestampCache(dict[str | None, int | None]):
    """`cache[text]` is the parsed time; None stays None, and a text that cannot be read becomes None.

    Attributes:
        unreadable: how often a text could not be read; whoever reports it sets it to 0 again.
    """

    def __init__(self) -> None:
        super().__init__()
        self.unreadable = 0

    def __missing__(self, text: str | None) -> int | None:
        """Parse a string that was not seen before, and remember it."""
        if len(self) >= _CACHE_LIMIT:
            self.clear()
        value: int | None = None
        if text is not None:
            try:
                value = parse_timestamp(text)
            except (TypeError, ValueError, OverflowError):
                self.unreadable += 1
                return None
        self[text] = value
        return value


def optional_timestamp(answer: Mapping[str, object], key: str) -> int | None:
    """A time of an API answer; None if it is missing or null.

    Raises:
        ValueError: it is there, but cannot be read.
    """
    text = answer.get(key)
    if text is None:
        return None
    if not isinstance(text, str):
        raise ValueError(f"{key} is not a time")
    return parse_timestamp(text)
