"""Keeps table frame_number long enough for every frame that a label can be on."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from connector.load.contract.session import Session
from connector.load.contract.statements import sql

LARGEST_FRAME_COUNT = 20_000_000
"""A video of more than three days at 60 frames a second; a larger number counts nanoseconds, not frames."""


def fill_frame_numbers(session: Session, frame_count: int) -> None:
    """Adds the missing numbers below `frame_count`, inside the caller's transaction.

    Args:
        session: inside a transaction.
        frame_count: how many frames are needed; capped at LARGEST_FRAME_COUNT.
    """
    needed = min(frame_count, LARGEST_FRAME_COUNT)
    if needed <= 0 or session.rows("SELECT 1 FROM frame_number WHERE frame = $last", last=needed - 1):
        return
    [(present,)] = session.rows("SELECT coalesce(max(frame) + 1, 0) FROM frame_number")
    insert = (
        "INSERT INTO frame_number (frame) SELECT frame"
        " FROM generate_series(CAST($first AS BIGINT), CAST($last AS BIGINT)) AS missing (frame){skip_present}"
    )
    session.execute(
        sql(insert, skip_present=session.skip_present),
        first=int(present),
        last=needed - 1,
    )


def frames_needed(tables: Mapping[str, pa.Table], states: pa.Table) -> int:
    """How many frame numbers the rows of a bundle need: for objects, classification ranges, and the length of spaces.

    Args:
        tables: the bundle's rows, by table.
        states: the states of its label rows; the frames of event-based ones are nanoseconds and do not count.

    Returns:
        The largest frame plus one; 0 if nothing is on frames.
    """
    needed = 0
    if (objects := tables.get("object_annotation")) is not None and objects.num_rows:
        event_based = states.filter(pc.fill_null(states["is_event_based"], fill_value=False))["label_hash"]
        if len(event_based):
            objects = objects.filter(pc.invert(pc.is_in(objects["label_hash"], value_set=event_based.combine_chunks())))
        needed = max(needed, _largest(objects["frame"]) + 1)
    if (ranges := tables.get("classification_range")) is not None and ranges.num_rows:
        on_frames = ranges.filter(pc.equal(ranges["range_unit"], "frame"))
        needed = max(needed, _largest(on_frames["frame_end"]) + 1)
    if (spaces := tables.get("data_space")) is not None and spaces.num_rows:
        needed = max(needed, _largest(spaces["frame_count"]))
    return needed


def _largest(column: pa.ChunkedArray) -> int:
    largest = pc.max(column).as_py()
    return -1 if largest is None else int(largest)
