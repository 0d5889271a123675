"""A listing that is normalised part by part: it holds the tables of some label rows, and little of earlier ones.

All entries of a data unit are in one part, so that the part alone decides which of them count.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from connector.normalise.listing.listing import normalise_listing
from connector.normalise.listing.listing_entries import Rejected

ENTRIES_A_PART = 20_000
"""About how many entries a part has."""

_ID_TYPE = "S36"
_UNKNOWN = -1


class PlacedEntries:
    """Where the accepted entries of a listing are, by label_row_id.

    Only the label_row_id, place and number of frames of each are in memory.
    """

    def __init__(self, ids: npt.NDArray[np.bytes_], places: npt.NDArray[np.int64], frames: pa.Array) -> None:
        """Keep where the entries are.

        Args:
            ids: their label_row_ids.
            places: the place of each in the listing.
            frames: frame count of each one's data unit.
        """
        order = np.argsort(ids)
        self._ids, self._places = ids[order], places[order]
        self._frames = np.asarray(frames.fill_null(_UNKNOWN))[order]

    def __len__(self) -> int:
        return len(self._ids)

    def places(self, label_row_ids: Sequence[str]) -> list[int]:
        """The places of some entries in the listing; finding many at once is faster than one by one.

        Raises:
            KeyError: one of them is not there.
        """
        names = np.array(label_row_ids, dtype=_ID_TYPE)
        if len(names) and not len(self._ids):
            raise KeyError(label_row_ids[0])
        near = self._near(names)
        missing = np.flatnonzero(self._ids[near] != names)
        if len(missing):
            raise KeyError(label_row_ids[int(missing[0])])
        found: list[int] = self._places[near].tolist()
        return found

    def have(self, label_row_ids: pa.ChunkedArray) -> pa.Array:
        """Which of some label_row_ids are among them."""
        names = _as_ids(label_row_ids)
        if not len(self._ids):
            return pa.array(np.zeros(len(names), dtype=bool))
        return pa.array(self._ids[self._near(names)] == names)

    def frame_counts(self, label_row_ids: pa.ChunkedArray) -> list[int | None]:
        """Frames of the data units of some label rows, all of which must be here; None if the listing does not say."""
        counts: list[int] = self._frames[self._near(_as_ids(label_row_ids))].tolist()
        return [None if count == _UNKNOWN else count for count in counts]

    def _near(self, names: npt.NDArray[np.bytes_]) -> npt.NDArray[np.intp]:
        return np.minimum(np.searchsorted(self._ids, names), len(self._ids) - 1)


class ListingParts:
    """One full listing; iterating over it normalises it, and can be repeated.

    Attributes:
        rejected: which entries of all parts read so far were set aside, and why (see `Listing`).
        newest: the newest last_edited_at in those parts; None if there is none.
    """

    def __init__(
        self,
        project_hash: str,
        entries: Sequence[object],
        hashes: Callable[[], pa.Table],
        schemas: Mapping[str, pa.Schema],
        kept: Sequence[str] = (),
        places: Sequence[int] | None = None,
    ) -> None:
        """Prepare.

        Args:
            project_hash: the project.
            entries: the listing, raw.
            hashes: returns data_hash and label_hash of each entry; called if the listing has more than one part.
            schemas: table name → Arrow schema; data_unit and label_row are used.
            kept: columns of label_row that are kept for `rows_kept`.
            places: which of the entries count, all of a data unit or none; all if not given.
        """
        self._project_hash = project_hash
        self._kept_columns = list(kept)
        self._listed = entries
        self._hashes = hashes
        self._schemas = schemas
        self._counted = range(len(entries)) if places is None else places
        self._forget()

    def _forget(self) -> None:
        self.rejected: Rejected = []
        self.newest: datetime | None = None
        self._ids: list[npt.NDArray[np.bytes_]] = []
        self._places: list[npt.NDArray[np.int64]] = []
        self._frames: list[pa.Array] = []
        self._kept = [self._schemas["label_row"].empty_table().select(self._kept_columns)]

    def __iter__(self) -> Iterator[dict[str, pa.Table]]:
        """The tables data_unit and label_row of each part, one after another; see `Listing`."""
        self._forget()
        for places in self._places_of_parts():
            listing = normalise_listing(self._project_hash, self._listed, self._schemas, places)
            self.rejected += listing.rejected
            label_rows, units = listing.tables["label_row"], listing.tables["data_unit"]
            self._ids.append(_as_ids(label_rows["label_row_id"]))
            self._places.append(np.fromiter(listing.positions.values(), np.int64, len(listing.positions)))
            unit_of_each = pc.index_in(label_rows["data_hash"], units["data_hash"].combine_chunks())
            self._frames.append(units["frame_count"].combine_chunks().take(unit_of_each.combine_chunks()))
            newest: datetime | None = pc.max(label_rows["last_edited_at"]).as_py()
            self.newest = max(filter(None, (self.newest, newest)), default=None)
            self._kept.append(label_rows.select(self._kept_columns))
            del label_rows, units
            yield listing.tables

    def _places_of_parts(self) -> Iterator[Sequence[int]]:
        """Places of the entries of each part.

        Data units are in the order of their first label hash, which is the order in which labels are fetched. So the
        label rows of a transaction are close together in a new table, and a checkpoint of DuckDB, which rewrites every
        part of a table that was touched, writes little.
        """
        count = len(self._counted)
        if count <= ENTRIES_A_PART:
            yield self._counted
            return
        counted = np.asarray(self._counted)
        units, order = _by_first_label_hash(self._hashes().take(pa.array(counted)))
        start = 0
        while start < count:
            stop = min(start + ENTRIES_A_PART, count)
            while stop < count and units[order[stop]] == units[order[stop - 1]]:
                stop += 1
            yield counted[order[start:stop]].tolist()
            start = stop

    def rows_kept(self) -> pa.Table:
        """The kept columns of table label_row, of all parts that were read."""
        return pa.concat_tables(self._kept).combine_chunks()

    def entries(self) -> PlacedEntries:
        """The accepted entries, after all parts were read; may be called only once."""
        frames = pa.chunked_array(self._frames, pa.int64()).combine_chunks()
        ids, places = np.concatenate(self._ids), np.concatenate(self._places)
        self._ids, self._places, self._frames = [], [], []
        return PlacedEntries(ids, places, frames)


def _as_ids(label_row_ids: pa.ChunkedArray) -> npt.NDArray[np.bytes_]:
    return np.array(label_row_ids.to_pylist(), dtype=_ID_TYPE)


def _by_first_label_hash(hashes: pa.Table) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """A number for the data unit of each entry, from the smallest of its label hashes, and the entries' order by it.

    Entries of a data unit keep their order in the listing, which decides between doubled ones.
    """
    rank = np.empty(hashes.num_rows, np.int64)
    rank[np.asarray(pc.sort_indices(hashes["label_hash"]))] = np.arange(hashes.num_rows)
    encoded = hashes["data_hash"].combine_chunks().dictionary_encode(null_encoding="encode")
    unit_of_each = np.asarray(encoded.indices)
    first = np.full(len(encoded.dictionary), hashes.num_rows, np.int64)
    np.minimum.at(first, unit_of_each, rank)
    units = first[unit_of_each]
    return units, np.argsort(units, kind="stable")
