"""Keeps the streams of the work: asks for each when the listing moved, and goes on where the last reading ended."""

import datetime
from collections.abc import Collection, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from connector.errors import ConnectorError, ErrorKind
from connector.load import ARROW_SCHEMAS, StreamRead, Warehouse
from connector.normalise.work.work_entries import WorkRows, read_entries
from connector.process.interruption import Interruption
from connector.runs.receipt import Receipt
from connector.runs.report import Report
from connector.source.listing.work_requests import Asked
from connector.source.source import Source
from connector.sync.streams import DAY, STREAMS, Asks, Stream

_ENDS_THE_PROJECT = {ErrorKind.INTERRUPTED, ErrorKind.WAREHOUSE, ErrorKind.WRITE_REFUSED}
"""Any other trouble with a stream leaves the labels as good as they were."""

LATE = datetime.timedelta(hours=1)
"""Something may be in a stream later than its effect is in the listing. So a stream is read once more by the first sync
that comes this long after the listing was seen to have moved."""

MOST_DATA_UNITS = 200
"""Data units that one sync asks about, each with a request of its own; the next sync asks about the rest."""
_MOST_FAILURES = 3
"""Data units whose requests may fail before the others are left for the next sync."""

_ROWS_A_WRITE = 20_000
_SHOWN = 5
_THE_BEGINNING = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


def keep_streams(
    names: Collection[str],
    source: Source,
    warehouse: Warehouse,
    tables: dict[str, pa.Table],
    receipt: Receipt,
    report: Report,
    interruption: Interruption,
) -> None:
    """Read some streams of a project, if there may be news, and keep them.

    A stream that cannot be read is reported and noted on the receipt, and the next run asks for it again.

    Args:
        names: the streams that are wanted.
        source: Encord.
        warehouse: where they are kept; it has the project's listing as it is now.
        tables: the tables project and workflow_stage of the project.
        receipt: of the project.
        report: of the run.
        interruption: asked between requests.

    Raises:
        ConnectorError: INTERRUPTED; WAREHOUSE, if rows could not be written; WRITE_REFUSED.
    """
    created_at = tables["project"]["created_at"][0].as_py()
    for stream in STREAMS:
        if stream.name not in names or (stream.of_workflow and not tables["workflow_stage"].num_rows):
            continue
        if stream.asks is Asks.PROJECT and not receipt.share.is_first:
            continue
        reading = _Reading(stream, source, warehouse, receipt, report, interruption)
        try:
            reading.read(created_at or _THE_BEGINNING)
        except ConnectorError as error:
            if error.kind in _ENDS_THE_PROJECT:
                raise
            reading.tell_failure(error)
        reading.tell_unread()


class _Reading:
    """One reading of one stream."""

    def __init__(
        self,
        stream: Stream,
        source: Source,
        warehouse: Warehouse,
        receipt: Receipt,
        report: Report,
        interruption: Interruption,
    ) -> None:
        self._stream = stream
        self._source = source
        self._warehouse = warehouse
        self._receipt = receipt
        self._report = report
        self._interruption = interruption
        self._project_hash = receipt.project_hash
        self._now = datetime.datetime.now(datetime.UTC)
        self._unread: list[str] = []

    @property
    def _words(self) -> str:
        return self._stream.name.replace("_", " ")

    def read(self, created_at: datetime.datetime) -> None:
        """Ask Encord, if there may be news, and keep what it says."""
        if self._stream.asks is Asks.DATA_UNITS:
            self._read_data_units()
            return
        last = self._warehouse.stream_read(self._project_hash, self._stream.name)
        digest = self._warehouse.listing_digest(self._project_hash, self._stream.listed)
        moved_at = self._now if last is None or last.listing_digest != digest else last.moved_at
        if last is not None and not self._is_due(last, moved_at):
            return
        done = StreamRead(self._stream.name, "", digest, moved_at, self._now)
        if self._stream.asks is Asks.PROJECT:
            rows = self._rows([entry for page in self._pages(Asked()) for entry in page])
            # An entry that cannot be read may be about a row that is there: then none is taken for gone.
            self._warehouse.keep_stream(self._project_hash, rows.tables, [done], () if rows.unread else None)
        else:
            self._read_periods(last, done, created_at)

    def _is_due(self, last: StreamRead, moved_at: datetime.datetime) -> bool:
        if moved_at == self._now:
            return True
        if last.read_at - moved_at < LATE <= self._now - moved_at:
            return True
        every = self._stream.at_least_every
        return every is not None and self._now - last.read_at >= every

    def _read_periods(self, last: StreamRead | None, done: StreamRead, created_at: datetime.datetime) -> None:
        """Reads page after page and writes several pages at a time; only the last write says how far it came."""
        newest = last.read_through if last is not None else None
        pile: list[object] = []
        for asked in self._periods(newest, created_at):
            for page in self._pages(asked):
                pile += page
                if len(pile) >= _ROWS_A_WRITE:
                    newest = self._keep_period(pile, newest)
                    pile = []
        rows = self._rows(pile)
        done = done._replace(read_through=self._later(newest, rows))
        self._warehouse.keep_stream(self._project_hash, self._of_share(rows), [done])

    def _periods(self, newest: datetime.datetime | None, created_at: datetime.datetime) -> Iterator[Asked]:
        """What to ask for, from midnight on: a figure of half a day would replace that of the day."""
        longest = self._stream.longest
        first = newest - self._stream.overlap if newest else created_at - DAY if longest else _THE_BEGINNING
        after = first.astimezone(datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        # Encord insists on an end; if the clock of this machine is slow, that must not hide the newest entries.
        end = max(self._now + DAY, after + DAY)
        while after < end:
            before = end if longest is None else min(end, after + longest)
            yield Asked(after, before)
            after = before

    def _keep_period(self, pile: list[object], newest: datetime.datetime | None) -> datetime.datetime | None:
        rows = self._rows(pile)
        self._warehouse.keep_stream(self._project_hash, self._of_share(rows))
        return self._later(newest, rows)

    def _later(self, newest: datetime.datetime | None, rows: WorkRows) -> datetime.datetime | None:
        moments = rows.tables[next(iter(self._stream.keys))][self._stream.newest]
        return max(filter(None, (newest, pc.max(moments).as_py())), default=None)

    def _read_data_units(self) -> None:
        """Reads and writes data unit after data unit; a bad answer about one stops no other."""
        stream = self._stream
        moved = self._warehouse.moved_data_units(self._project_hash, stream.name, stream.listed, MOST_DATA_UNITS)
        failures = 0
        for data_hash, digest in moved.digests.items():
            try:
                rows = self._rows([entry for page in self._pages(Asked(data_hash=data_hash)) for entry in page])
            except ConnectorError as error:
                failures += error.kind is not ErrorKind.SOURCE_CONTENT
                if error.kind in {*_ENDS_THE_PROJECT, ErrorKind.PERMISSION} or failures >= _MOST_FAILURES:
                    raise
                self.tell_failure(error)
                continue
            done = StreamRead(stream.name, data_hash, digest, self._now, self._now)
            complete = () if rows.unread else (data_hash,)
            self._warehouse.keep_stream(self._project_hash, self._of_share(rows), [done], complete)
        if moved.total > len(moved.digests):
            left = moved.total - len(moved.digests)
            self._receipt.notes.append(f"{self._words} of {left:,} data units left for the next sync")

    def _pages(self, asked: Asked) -> Iterator[list[object]]:
        self._interruption.check()
        for page in self._source.work(self._stream.name, self._project_hash, asked):
            yield page
            self._interruption.check()

    def _rows(self, entries: list[object]) -> WorkRows:
        rows = read_entries(
            entries,
            self._stream.keys,
            ARROW_SCHEMAS,
            lambda entry: self._stream.rows_of(self._project_hash, entry),
        )
        self._unread += rows.unread
        return rows

    def _of_share(self, rows: WorkRows) -> dict[str, pa.Table]:
        return {name: self._receipt.share.rows_of(of_table) for name, of_table in rows.tables.items()}

    def tell_failure(self, error: ConnectorError) -> None:
        """Warn that the stream, or a part of it, could not be read."""
        self._receipt.notes.append(f"{self._words} not read ({error.kind.value})")
        self._report.event(
            f"{self._stream.name}_unread",
            f"{error} The labels are synced all the same; without {self._stream.name} in `streams` nothing is asked.",
            level="warning",
            project_hash=self._project_hash,
            kind=error.kind.value,
        )

    def tell_unread(self) -> None:
        """Name entries that could not be read, if there were any."""
        if not self._unread:
            return
        count = len(self._unread)
        self._receipt.notes.append(f"{count:,} entries of {self._words} not readable")
        more = f"; and {count - _SHOWN:,} more" if count > _SHOWN else ""
        self._report.event(
            f"{self._stream.name}_entries_unread",
            f"{count:,} entries of {self._words} of project {self._project_hash} cannot be read and were left out:"
            f" {'; '.join(self._unread[:_SHOWN])}{more}.",
            level="warning",
            project_hash=self._project_hash,
            entries=self._unread[:_SHOWN],
        )
