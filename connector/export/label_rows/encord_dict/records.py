"""Arrow rows as tuples, and instants in Encord's spelling."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

Json = Any
"""A JSON value."""

JsonObject = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def records(table: pa.Table, *names: str) -> Iterator[tuple[Any, ...]]:
    """Some columns of a table, row by row; an instant is microseconds since 1970 in UTC."""
    return zip(*(_values(table[name]) for name in names), strict=True)


def _values(column: pa.ChunkedArray) -> list[Any]:
    # As integers, because making datetimes is slow, and most of them repeat.
    values: list[Any] = (column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column).to_pylist()
    return values


def long_time(microseconds: int) -> str:
    """An instant as the SDK writes it, `Tue, 17 Jan 2023 17:23:10 UTC`.

    That form has whole seconds. An instant between two seconds is written in ISO 8601, which the SDK reads as well, so
    that nothing is lost.
    """
    moment = _EPOCH + timedelta(microseconds=microseconds)
    if moment.microsecond:
        return moment.isoformat()
    # Not strftime, because the names of days and months must be English in every locale.
    return (
        f"{_DAYS[moment.weekday()]}, {moment.day:02d} {_MONTHS[moment.month - 1]} {moment.year:04d}"
        f" {moment:%H:%M:%S} UTC"
    )


class TimeTexts(dict[int | None, str | None]):
    """`texts[microseconds]` is the instant as the SDK writes it; None stays None. Label rows repeat a few instants."""

    def __missing__(self, microseconds: int | None) -> str | None:
        """Write an instant that was not seen before, and remember it."""
        text = None if microseconds is None else long_time(microseconds)
        self[microseconds] = text
        return text


def metadata_keys(
    times: TimeTexts,
    created_at: int | None,
    created_by: str | None,
    last_edited_at: int | None,
    last_edited_by: str | None,
    confidence: float | None,
    is_manual: bool | None,
) -> JsonObject:
    """Who made a label, when and how, with Encord's keys; what Encord does not say is left out, never invented."""
    given = {
        "createdAt": times[created_at],
        "createdBy": created_by,
        "lastEditedAt": times[last_edited_at],
        "lastEditedBy": last_edited_by,
        "confidence": confidence,
        "manualAnnotation": is_manual,
    }
    return {key: value for key, value in given.items() if value is not None}


METADATA_COLUMNS = ("created_at", "created_by", "last_edited_at", "last_edited_by", "confidence", "is_manual")
"""The columns that `metadata_keys` takes, in its order."""
