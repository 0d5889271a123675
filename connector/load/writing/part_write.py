"""Replaces the rows of one label row that is too large for memory: its rows come part after part.

All of it is one transaction, as for a bundle: a reader sees the old rows until the last part and the state are there.
"""

from collections.abc import Callable, Mapping

import pyarrow as pa

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.session import Session
from connector.load.contract.warehouse import TakePart, WrittenBundle
from connector.load.history.change_log import ChangeLog
from connector.load.writing import failure_records
from connector.load.writing.bundle_write import (
    arriving_label_tables,
    heal_failures,
    look_up_label_rows,
    outdated_label_rows,
    replace_data_frames,
    set_states,
)
from connector.load.writing.frame_numbers import fill_frame_numbers, frames_needed
from connector.load.writing.row_replacement import PartReplacement, RowReplacement
from connector.load.writing.staging_checks import unusable_label_rows


class UnusablePartError(ConnectorError):
    """A part that holds a key twice, or lacks a value: the whole label row is not written."""


class _Parts:
    """Takes the parts of one label row."""

    def __init__(self, session: Session, replacement: PartReplacement, state: pa.Table) -> None:
        self._session = session
        self._replacement = replacement
        self._state = state
        self._data_frames: list[pa.Table] = []
        self._object_frames = 0
        self._other_frames = 0

    def take(self, tables: Mapping[str, pa.Table]) -> None:
        """Writes a part; keeps the rows of data_frame until the end, because they are few."""
        label_tables = arriving_label_tables(self._session, tables)
        for failure in unusable_label_rows(label_tables, is_part=True).values():
            raise UnusablePartError(ErrorKind.INTERNAL, failure.message)
        self._replacement.take(label_tables)
        objects = {"object_annotation": label_tables.pop("object_annotation", None)}
        self._object_frames = max(self._object_frames, frames_needed(objects, self._state))
        self._other_frames = max(self._other_frames, frames_needed(label_tables, self._state))
        if "data_frame" in tables:
            self._data_frames.append(tables["data_frame"])

    def finish(self) -> dict[str, int]:
        """Rows inserted or changed, by table."""
        return dict(self._replacement.finish())

    def frames_needed(self, *, is_event_based: bool) -> int:
        """How many frames the rows are on; objects of an event-based label row are on nanoseconds instead."""
        return self._other_frames if is_event_based else max(self._object_frames, self._other_frames)

    @property
    def data_frames(self) -> pa.Table | None:
        """The rows of data_frame."""
        return pa.concat_tables(self._data_frames) if self._data_frames else None


def replace_label_row(
    session: Session,
    replacement: RowReplacement,
    project_hash: str,
    state: pa.Table,
    write_parts: Callable[[TakePart], pa.Table],
    run_id: str,
    changes: ChangeLog,
) -> WrittenBundle:
    """Replaces the rows of one label row part after part, inside the caller's transaction.

    Raises:
        UnusablePartError: a part has a key twice, or lacks a value.
    """
    label_hash = state["label_hash"][0].as_py()
    session.stage("arriving_state", state)
    stored = look_up_label_rows(session, project_hash)
    if refused := outdated_label_rows(stored):
        session.stage("accepted", state.slice(0, 0))
        failure_records.record(session, project_hash, list(refused.values()), run_id)
        return WrittenBundle({}, tuple(refused.values()))
    is_known = any(row.may_have_rows for row in stored)
    parts = _Parts(session, replacement.replace_in_parts(label_hash, is_known=is_known, changes=changes), state)
    final = write_parts(parts.take)
    written = parts.finish()
    session.stage("accepted", final)
    written["data_frame"] = replace_data_frames(session, replacement, project_hash, parts.data_frames, changes)
    set_states(session, project_hash, run_id, changes)
    heal_failures(session, project_hash, stored)
    fill_frame_numbers(session, parts.frames_needed(is_event_based=bool(final["is_event_based"][0].as_py())))
    return WrittenBundle({name: count for name, count in written.items() if count})
