"""What the warehouse holds of the label rows in files, and whether a file's labels replace it."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.label_files.file_entries import Entry
from connector.load import Warehouse
from connector.normalise import NORMALISER_VERSION
from connector.normalise.timestamps import TimestampCache
from connector.source.changes.fetch_plan import Change

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


@dataclass(slots=True)
class KnownRow:
    """A label row of the warehouse.

    Attributes:
        label_hash: None while nobody has opened it, as far as the warehouse knows.
        content_hash: hash of its labels; None if it holds none.
        edited_at: the stamp inside its labels.
        is_from_encord: whether a sync brought its labels, rather than a file.
        is_deleted: whether a sync found it gone.
        is_stale: whether its rows must be made again from the same labels.
        annotations: objects on frames in it.
    """

    label_hash: str | None
    content_hash: str | None = None
    edited_at: datetime.datetime | None = None
    is_from_encord: bool = False
    is_deleted: bool = False
    is_stale: bool = False
    annotations: int | None = None


class KnownRows:
    """The label rows of one project in the warehouse, by label_row_id and by label_hash, as of when this is made."""

    def __init__(self, warehouse: Warehouse, project_hash: str) -> None:
        """Reads them."""
        self._rows: dict[str, KnownRow] = {}
        self._ids: dict[str, str] = {}
        self._stamps = TimestampCache()
        for batch in warehouse.state(project_hash).to_batches(10_000):
            for row in batch.to_pylist():
                self._rows[row["label_row_id"]] = known = _known(row)
                if known.label_hash is not None:
                    self._ids[known.label_hash] = row["label_row_id"]

    def get(self, label_row_id: str) -> KnownRow | None:
        """A label row, if the warehouse has it."""
        return self._rows.get(label_row_id)

    def is_kept(self, label_row_id: str, entry: Entry) -> bool:
        """Whether the warehouse keeps its labels: they are newer, or the same and from Encord itself.

        Stamps are compared in whole seconds; labels without a stamp count as older than all that have one.
        """
        known = self._rows.get(label_row_id)
        if known is None or known.content_hash is None:
            return False
        edited_at = self._edited_at(entry)
        if known.edited_at is None or edited_at is None:
            return known.is_from_encord or known.edited_at is not None
        return edited_at < known.edited_at or (edited_at == known.edited_at and known.is_from_encord)

    def contradiction(self, label_row_id: str, entry: Entry) -> str | None:
        """Why a file's label row contradicts the warehouse's; None if it does not."""
        label_hash = entry["label_hash"]
        known = self._rows.get(label_row_id)
        if known is not None and known.is_deleted:
            return "a sync found it deleted in Encord. To keep its labels, load the file into another warehouse."
        if known is not None and known.label_hash not in {None, label_hash}:
            return f"its data unit has another one on branch {entry['branch_name']} by now: {known.label_hash}."
        if self._ids.get(label_hash, label_row_id) != label_row_id:
            return "the warehouse has it with another data unit or branch. Check that the file is of this project."
        return None

    def change(self, label_row_id: str, entry: Entry) -> Change:
        """The label row in the form in which a sync decides to fetch it."""
        known = self._rows.get(label_row_id) or KnownRow(None)
        is_new = known.content_hash is None
        return Change(
            label_row_id=label_row_id,
            label_hash=entry["label_hash"],
            # What only the listing knows stays unknown, so that the next sync fetches the label row.
            last_edited_at=None,
            is_valid=None,
            stored_content_hash=known.content_hash,
            stored_last_edited_at=None,
            stored_labels_last_edited_at=known.edited_at,
            annotation_count=known.annotations,
            reason="never_synced" if is_new else "stale" if known.is_stale else "edited",
            needs_new_rows=is_new or known.is_stale,
            is_settled=True,
        )

    def _edited_at(self, entry: Entry) -> datetime.datetime | None:
        stamp = self._stamps[entry["last_edited_at"]]
        return None if stamp is None else _EPOCH + datetime.timedelta(microseconds=stamp)


def _known(row: Mapping[str, Any]) -> KnownRow:
    return KnownRow(
        label_hash=row["label_hash"],
        content_hash=row["content_hash"],
        edited_at=row["labels_last_edited_at"],
        # A file sets neither.
        is_from_encord=row["synced_last_edited_at"] is not None or row["synced_is_valid"] is not None,
        is_deleted=row["deleted_at"] is not None,
        is_stale=row["stale_reason"] is not None or row["normaliser_version"] != NORMALISER_VERSION,
        annotations=row["annotation_count"],
    )
