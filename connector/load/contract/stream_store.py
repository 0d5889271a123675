"""The part of the warehouse's contract that is about streams of the work: task actions, time spent, issues, people."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import pyarrow as pa


class StreamRead(NamedTuple):
    """The last complete reading of a stream, with the columns of table stream_read after the project.

    Attributes:
        stream: its name.
        data_hash: the data unit that was read; empty if it was the whole project.
        listing_digest: hash of what the listing said then.
        moved_at: when a sync first saw that listing.
        read_at: when it was read.
        read_through: the newest moment that was read, by Encord's clock.
    """

    stream: str
    data_hash: str
    listing_digest: str
    moved_at: datetime
    read_at: datetime
    read_through: datetime | None = None


class MovedUnits(NamedTuple):
    """Data units whose listing differs from what it said when a stream of them was last read.

    Attributes:
        digests: data_hash → hash of what the listing says now; those edited last come first.
        total: how many there are in all.
    """

    digests: dict[str, str]
    total: int


class StreamStore(Protocol):
    """What a warehouse keeps of the streams. Every method may raise ConnectorError(WAREHOUSE)."""

    def listing_digest(self, project_hash: str, columns: Sequence[str]) -> str:
        """Hash of what the listing says, in some columns of label_row, of label rows that are not deleted."""

    def moved_data_units(self, project_hash: str, stream: str, columns: Sequence[str], most: int) -> MovedUnits:
        """The opened data units of which a stream is to be read again.

        Args:
            project_hash: the project.
            stream: its name.
            columns: the columns of label_row that say that something moved.
            most: how many to name.
        """

    def stream_read(self, project_hash: str, stream: str) -> StreamRead | None:
        """The last complete reading of a stream of the whole project; None if there was none."""

    def keep_stream(
        self,
        project_hash: str,
        tables: Mapping[str, pa.Table],
        reads: Sequence[StreamRead] = (),
        complete: Collection[str] | None = (),
    ) -> int:
        """Adds rows, and changes those of the same key that differ. Returns how many it added or changed.

        Args:
            project_hash: the project.
            tables: the rows, by table.
            reads: what to remember of the readings that these rows end; nothing if more are still to come.
            complete: data units all of whose rows are among these: their other rows are removed; None stands for the
                whole project.
        """
