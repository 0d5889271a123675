"""Encord's spellings of time, compared with the SDK's parser."""

from datetime import UTC, datetime, timedelta

import pytest
from encord.common.time_parser import format_datetime_to_long_string, parse_datetime
from hypothesis import given
from hypothesis import strategies as st

from connector.normalise.timestamps import TimestampCache, optional_timestamp, parse_timestamp

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 17 Jan 2023 17:23:10 UTC",
        "Thu, 09 Feb 2023 14:12:03 GMT",
        "2023-02-09 14:12:03",
        "2023-03-21T11:03:52.573279",
        "2023-03-21T11:03:52Z",
        "2025-05-01T23:53:59.5+10:00",
        "2023-03-21",
        "Tue, 17 Jan 2023 17:23:10 +0200",
        "1969-12-31T23:59:59.999999",
    ],
)
def test_spellings(text: str) -> None:
    expected = parse_datetime(text)

    assert EPOCH + timedelta(microseconds=parse_timestamp(text)) == expected


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001 - bounds are naive
def test_what_the_sdk_writes(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)

    assert EPOCH + timedelta(microseconds=parse_timestamp(moment.isoformat())) == moment
    text = format_datetime_to_long_string(moment)
    assert EPOCH + timedelta(microseconds=parse_timestamp(text)) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    "text", ["", "soon", "Tue, 45 Jan 2023 17:23:10 UTC", "2023-02-30", "Xxx, 17 Foo 2023 17:23:10 UTC"]
)
def test_what_is_no_time_raises(text: str) -> None:
    with pytest.raises(ValueError, match=r"month|day|time|value|iso|format|range|NoneType|date"):
        parse_timestamp(text)


def test_the_cache_reads_once_and_counts_what_it_cannot_read() -> None:
    cache = TimestampCache()

    assert cache[None] is None
    assert cache["2023-02-09 14:12:03"] == cache["Thu, 09 Feb 2023 14:12:03 GMT"] == 1_675_951_923_000_000
    assert (cache["soon"], cache["soon"], cache.unreadable) == (None, None, 2)
    assert set(cache) == {None, "2023-02-09 14:12:03", "Thu, 09 Feb 2023 14:12:03 GMT"}


def test_optional_timestamp() -> None:
    assert optional_timestamp({}, "at") is None
    assert optional_timestamp({"at": None}, "at") is None
    assert optional_timestamp({"at": "1970-01-01"}, "at") == 0
    with pytest.raises(ValueError, match="at is not a time"):
        optional_timestamp({"at": 5}, "at")
