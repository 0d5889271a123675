"""A group of fetched label rows and its reader: new labels become tables, and every label row gets its state."""

import datetime
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
import pyarrow as pa

from connector.errors import FormatError
from connector.normalise.label_rows.bundle import normalise_label_rows
from connector.normalise.ontology import Ontology
from connector.reading.label_row_states import LabelRowStates
from connector.source.changes.fetch_plan import Change
from connector.source.label_rows.fetched import FetchedLabelRow


class ArrivedLabelRow(NamedTuple):
    """A label row as fetched, its listing entry as JSON, and why it was fetched."""

    fetched: FetchedLabelRow
    entry_json: bytes
    change: Change

    def entry(self) -> Mapping[str, Any]:
        """Its listing entry."""
        entry: Mapping[str, Any] = orjson.loads(self.entry_json)
        return entry


@dataclass(frozen=True, slots=True)
class LabelRowGroup:
    """Label rows that are read together, none of them twice, and when they were fetched."""

    label_rows: Sequence[ArrivedLabelRow]
    fetched_at: datetime.datetime

    @property
    def byte_count(self) -> int:
        """Bytes of their JSON."""
        return sum(row.fetched.byte_count for row in self.label_rows)


GROUP_BYTES = 12_000_000
"""About how much JSON a group has: some 30,000 objects on frames, which are in memory as Python values before they
become columns."""


def groups_of(label_rows: Iterable[ArrivedLabelRow], fetched_at: datetime.datetime) -> Iterator[LabelRowGroup]:
    """The label rows in groups of about `GROUP_BYTES`; no group if there is no label row."""
    group: list[ArrivedLabelRow] = []
    size = 0
    for row in label_rows:
        if group and size + row.fetched.byte_count > GROUP_BYTES:
            yield LabelRowGroup(group, fetched_at)
            group, size = [], 0
        group.append(row)
        size += row.fetched.byte_count
    if group:
        yield LabelRowGroup(group, fetched_at)


@dataclass(frozen=True, slots=True)
class ReadGroup:
    """The result of reading a group.

    Attributes:
        tables: rows of the tables that label rows fill, from the label rows that are new.
        states: one row for each label row that could be read; the columns of the schema that the reader was given.
        failures: label_hash and message of the others.
        warned: label rows in which something could not be interpreted.
        byte_count: bytes of JSON of the whole group.
        cpu_seconds: the processor time that reading it took.
    """

    tables: Mapping[str, pa.Table]
    states: pa.Table
    failures: Sequence[tuple[str, str]]
    warned: int
    byte_count: int
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class GroupReader:
    """Reads groups of one project.

    Attributes:
        project_hash: the project.
        ontology: its ontology.
        schemas: table name → Arrow schema, of the tables that label rows fill.
        states_schema: Arrow schema of the states.
        is_full: whether everything is written again, even if it is not newer than what is stored.
    """

    project_hash: str
    ontology: Ontology
    schemas: Mapping[str, pa.Schema]
    states_schema: pa.Schema
    is_full: bool

    def read(self, group: LabelRowGroup) -> ReadGroup:
        """Make the rows of the label rows that are new, and the state of each; one that cannot be read is a failure."""
        begun = time.thread_time()
        states = LabelRowStates(is_full=self.is_full)
        rows = normalise_label_rows(
            [(row.entry(), row.fetched.labels) for row in group.label_rows if states.is_new(row.fetched, row.change)],
            self.ontology,
            self.schemas,
            project_hash=self.project_hash,
        )
        facts = {fact["label_hash"]: fact for fact in rows.facts.to_pylist()}
        unreadable = dict(rows.failures)
        found = []
        for fetched, _, change in group.label_rows:
            label_hash = fetched.label_hash
            if label_hash in unreadable:
                continue
            try:
                found.append(states.of(fetched, change, facts.get(label_hash), group.fetched_at))
            except FormatError as error:
                unreadable[label_hash] = error.of_label_row(label_hash)
        return ReadGroup(
            rows.tables,
            pa.Table.from_pylist(found, schema=self.states_schema),
            list(unreadable.items()),
            sum(fact["warnings"] is not None for fact in facts.values()),
            group.byte_count,
            time.thread_time() - begun,
        )
