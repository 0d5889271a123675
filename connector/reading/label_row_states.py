"""What the warehouse is told about a label row apart from its rows: their version, and whether they changed."""

import datetime
from collections.abc import Mapping
from typing import Any

from connector.errors import FormatError
from connector.normalise import NORMALISER_VERSION
from connector.normalise.timestamps import TimestampCache
from connector.source.changes.fetch_plan import Change
from connector.source.label_rows.fetched import FetchedLabelRow

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class LabelRowStates:
    """The states of the label rows of one sync, as rows of `STATES_SCHEMA`."""

    def __init__(self, *, is_full: bool) -> None:
        """Prepare; `is_full` says whether everything is written again, even if it is not newer than what is stored."""
        self._is_full = is_full
        self._stamps = TimestampCache()

    def is_new(self, row: FetchedLabelRow, change: Change) -> bool:
        """Whether its rows must be made; a first sync knows without looking into it."""
        if change.needs_new_rows or change.stored_content_hash is None:
            return True
        try:
            return change.stored_content_hash != row.content_hash()
        except FormatError:
            return True  # making its rows will show what is wrong with it

    def of(
        self, row: FetchedLabelRow, change: Change, fact: Mapping[str, Any] | None, at: datetime.datetime
    ) -> dict[str, Any]:
        """The state of a label row after it was fetched.

        Args:
            row: as fetched.
            change: why it was fetched.
            fact: what is known about its rows (`NormalisedBundle.facts`); None if its labels are those that are stored.
            at: when it was fetched.

        Raises:
            FormatError: it cannot be decoded.
        """
        edited_at = fact["labels_last_edited_at"] if fact else self._stamp_of_unchanged(row, change)
        return {
            **(fact or {}),
            "label_hash": row.label_hash,
            "content_is_new": fact is not None,
            "force": self._is_full,
            "content_hash": row.content_hash(),
            "normaliser_version": NORMALISER_VERSION,
            "synced_last_edited_at": None if self._is_behind(row, change, edited_at) else change.last_edited_at,
            "synced_is_valid": change.is_valid,
            "labels_last_edited_at": edited_at,
            "is_settled": change.is_settled,
            "synced_at": at,
        }

    def _stamp_of_unchanged(self, row: FetchedLabelRow, change: Change) -> datetime.datetime | None:
        """The stamp of labels whose content is already stored: the arriving one, unless the listing has a newer one.

        Then it is the newer one of the arriving and the stored stamp, because both belong to the same content.
        """
        arrived = _moment(self._stamps[row.last_edited_at])
        if arrived is not None and not _is_older(arrived, change):
            return arrived
        return max(filter(None, (arrived, change.stored_labels_last_edited_at)), default=None)

    @staticmethod
    def _is_behind(row: FetchedLabelRow, change: Change, edited_at: datetime.datetime | None) -> bool:
        """Whether the labels are older than the listing promised: a replica of the server lags behind.

        Such a row is written without a version, so that the next run fetches it again. If the same labels come again,
        the two stamps simply differ on this server, and the row counts as up to date.
        """
        if edited_at is None or not _is_older(edited_at, change):
            return False
        is_second_time = change.stored_content_hash is not None and change.stored_last_edited_at is None
        return not is_second_time or change.stored_content_hash != row.content_hash()

    def before(self, row: FetchedLabelRow) -> dict[str, Any]:
        """What is known about a label row before its rows are made: enough to tell whether the stored one is newer."""
        return {
            "label_hash": row.label_hash,
            "content_is_new": True,
            "force": self._is_full,
            "labels_last_edited_at": _moment(self._stamps[row.last_edited_at]),
        }


def _is_older(edited_at: datetime.datetime, change: Change) -> bool:
    """Whether a stamp inside labels, which has whole seconds only, is older than the listing's."""
    return change.last_edited_at is not None and edited_at < change.last_edited_at.replace(microsecond=0)


def _moment(stamp: int | None) -> datetime.datetime | None:
    return None if stamp is None else _EPOCH + datetime.timedelta(microseconds=stamp)
