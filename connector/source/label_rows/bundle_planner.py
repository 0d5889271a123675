"""Decides which label rows go into one request, by a limit of rows and by the sizes that the run has learnt so far."""

import threading
from collections.abc import Iterable

from connector.errors import ConnectorError, ErrorKind
from connector.source.label_rows.fetched import FetchedBundle, WantedLabelRow

BYTES_AN_ANNOTATION = 400
"""About the size of one object on one frame, as JSON."""
BYTES_A_LABEL_ROW = 2_000
"""The size of a label row without any label."""
FIRST_GUESS_BYTES_A_FRAME = 1_000
FIRST_GUESS_BYTES_A_LABEL_ROW = 20_000
FIRST_GUESS_WEIGHT = 20
"""The guesses above count as much as this many label rows that were seen."""
FIRST_BUNDLES_SHARE = 4
"""Until something is known, bundles are this many times smaller: dense videos are many times larger than the first
guess, and there would be nothing to do until the first huge answer is there."""


class BundlePlanner:
    """Hands out bundles of label rows, one after another, in the order wanted; skips repeats that follow one another.

    A bundle is made at the last moment, so that it takes into account the size of earlier ones, and a limit that the
    server has shown since. Several threads may report; only one may ask for bundles.
    """

    def __init__(self, wanted: Iterable[WantedLabelRow], *, row_limit: int, byte_target: int) -> None:
        self._waiting = iter(wanted)
        self._next = next(self._waiting, None)
        self._asked_for = (row_limit, byte_target)
        self._row_limit, self._byte_target = self._asked_for
        self._lock = threading.Lock()
        # Running totals for label rows of unknown size; they begin with the guesses.
        self._has_learnt = False
        self._rows_seen = FIRST_GUESS_WEIGHT
        self._bytes_of_rows_seen = FIRST_GUESS_WEIGHT * FIRST_GUESS_BYTES_A_LABEL_ROW
        self._frames_seen = FIRST_GUESS_WEIGHT * 20
        self._bytes_of_frames_seen = self._frames_seen * FIRST_GUESS_BYTES_A_FRAME

    def next_bundle(self) -> list[WantedLabelRow]:
        """The next label rows, at least one; empty when all have been handed out.

        Raises:
            ConnectorError: INTERNAL for a label row without a label hash: asking for it would create it.
        """
        with self._lock:
            bundle: list[WantedLabelRow] = []
            is_guess = not self._has_learnt and self._next is not None and self._next.annotation_count is None
            room = self._byte_target // FIRST_BUNDLES_SHARE if is_guess else self._byte_target
            while self._next is not None and len(bundle) < self._row_limit:
                row = self._next
                if not row.label_hash:
                    message = "A label row without a label hash was to be fetched."
                    raise ConnectorError(ErrorKind.INTERNAL, message)
                estimate = self._estimate(row)
                if bundle and estimate > room:
                    break
                room -= estimate
                bundle.append(row)
                while self._next is not None and self._next.label_hash == row.label_hash:
                    self._next = next(self._waiting, None)
            return bundle

    def learn(self, bundle: Iterable[WantedLabelRow], fetched: FetchedBundle) -> None:
        """Take into account the real size of the label rows of a bundle."""
        frames = {row.label_hash: row.frame_count for row in bundle}
        with self._lock:
            self._has_learnt |= bool(fetched.rows)
            for row in fetched.rows:
                self._rows_seen += 1
                self._bytes_of_rows_seen += row.byte_count
                if count := frames.get(row.label_hash):
                    self._frames_seen += count
                    self._bytes_of_frames_seen += row.byte_count

    def shrink(self, refused_rows: int) -> int:
        """Make later bundles at most half as large as one that the server refused; returns the new limit of rows."""
        with self._lock:
            half = max(1, refused_rows // 2)
            if half < self._row_limit:
                self._row_limit = half
                self._byte_target = max(1, self._byte_target // 2)
            return self._row_limit

    def blame_one_row(self) -> None:
        """Undo what `shrink` did: a label row that is too large even alone says nothing about the others."""
        with self._lock:
            self._row_limit, self._byte_target = self._asked_for

    def _estimate(self, row: WantedLabelRow) -> int:
        if row.annotation_count is not None:
            return BYTES_A_LABEL_ROW + row.annotation_count * BYTES_AN_ANNOTATION
        if row.frame_count:
            return BYTES_A_LABEL_ROW + row.frame_count * self._bytes_of_frames_seen // self._frames_seen
        return self._bytes_of_rows_seen // self._rows_seen
