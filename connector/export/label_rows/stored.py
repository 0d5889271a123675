"""The label rows of one project, read from the warehouse in bundles and turned into dicts one by one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connector.errors import ConnectorError, ErrorKind
from connector.export.label_rows.encord_dict import LabelRowTables, OntologyNames, label_row_dict, ontology_structure
from connector.export.label_rows.encord_dict.records import JsonObject, TimeTexts
from connector.export.label_rows.slices import DataFrameSlices, LabelRowSlices
from connector.load.questions.held_rows import HeldRows

_BUNDLE_ANNOTATIONS = 50_000
_BUNDLE_ROWS = 500
"""How much is read at once, which limits memory unless a single label row is larger."""

_UNWRITABLE = (KeyError, IndexError, TypeError, ValueError)
"""What making a dict raises if rows were changed by hand and no longer fit together."""


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """One label row of the warehouse.

    Attributes:
        labels: its dict; None if its rows do not fit together.
        annotations: objects on frames in it.
    """

    label_hash: str
    labels: JsonObject | None
    annotations: int


class StoredLabelRows:
    """The label rows of one project on some branches, as of when this object is made.

    Attributes:
        title: the project's title, or its hash.
        structure: the ontology's structure, see `ontology_structure`.
        count: label rows that hold labels.
        unopened: label rows that nobody has opened yet; the export page's script would create them in Encord.
        unsynced: label rows with labels in Encord that no sync has brought yet.
    """

    def __init__(self, held: HeldRows, project_hash: str, branch: str, title: str | None) -> None:
        """Reads what the listing says.

        Args:
            held: the warehouse.
            project_hash: the project.
            branch: a branch's name, or `all`.
            title: the title of the data units; None for all data units.

        Raises:
            ConnectorError: CONFIGURATION, if the warehouse does not have the project, or no such label row.
        """
        listing = held.of_listing(project_hash)
        if not pc.sum(listing["project"]["deleted_at"].is_null()).as_py():
            raise ConnectorError(
                ErrorKind.CONFIGURATION,
                f"Project {project_hash} is not in the warehouse.",
                remedy=f"It holds {', '.join(held.project_hashes()) or 'none'}; `encord-sync status` shows them.",
            )
        self._held = held
        self._project_hash = project_hash
        self.title: str = listing["project"]["title"][0].as_py() or project_hash
        self.structure = ontology_structure(listing)
        label_rows = _chosen(listing["label_row"], listing["data_unit"], branch, title)
        if not label_rows.num_rows:
            wanted = f"titled {title} on {branch}" if title else f"on branch {branch}"
            raise ConnectorError(
                ErrorKind.CONFIGURATION,
                f"Project {project_hash} has no label row {wanted}.",
                remedy="Check --branch (all for every branch) and --title.",
            )
        self.unopened: int = label_rows["label_hash"].null_count
        label_rows = label_rows.filter(label_rows["label_hash"].is_valid())
        self.unsynced: int = label_rows["content_hash"].null_count
        self._label_rows = label_rows.filter(label_rows["content_hash"].is_valid())
        self._units = listing["data_unit"]
        self.count: int = self._label_rows.num_rows

    def rows(self) -> Iterator[WrittenRow]:
        """Each label row, sorted by title, data unit and branch. One that is deleted meanwhile is left out."""
        names, times = OntologyNames.from_structure(self.structure), TimeTexts()
        for bundle in _bundles(self._label_rows):
            yield from self._of_bundle(bundle, names, times)
            if len(times) > _BUNDLE_ANNOTATIONS:
                times.clear()

    def _of_bundle(self, bundle: pa.Table, names: OntologyNames, times: TimeTexts) -> Iterator[WrittenRow]:
        found = self._held.of_label_rows(bundle["label_hash"].to_pylist())
        # Their present state: a sync may have renewed them since the listing was read.
        present = _by_key(found["label_row"], "label_hash")
        units = _by_key(self._units.filter(pc.is_in(self._units["data_hash"], bundle["data_hash"])), "data_hash")
        frames = DataFrameSlices(self._held.data_frames(self._project_hash, units))
        slices = LabelRowSlices(found)
        for label_hash, data_hash in zip(
            bundle["label_hash"].to_pylist(), bundle["data_hash"].to_pylist(), strict=True
        ):
            label_row = present.get(label_hash)
            if label_row is None or label_row["content_hash"] is None:
                continue
            try:
                rows = LabelRowTables(label_row, units[data_hash], frames.of(data_hash), slices.of(label_hash))
                labels: JsonObject | None = label_row_dict(rows, names, times)
            except _UNWRITABLE:
                labels = None
            yield WrittenRow(label_hash, labels, label_row["annotation_count"] or 0)


def only_project(held: HeldRows) -> str:
    """The hash of the warehouse's one project.

    Raises:
        ConnectorError: CONFIGURATION, if it holds none, or several: label rows in a file do not say whose they are.
    """
    hashes = held.project_hashes()
    if len(hashes) != 1:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "The warehouse holds several projects." if hashes else "The warehouse holds no project.",
            remedy=f"Give --project HASH, one of {', '.join(hashes)}." if hashes else "Run `encord-sync sync` first.",
        )
    return hashes[0]


def _chosen(label_rows: pa.Table, units: pa.Table, branch: str, title: str | None) -> pa.Table:
    """The requested label rows that are not deleted, in order."""
    label_rows = label_rows.filter(label_rows["deleted_at"].is_null())
    if branch != "all":
        label_rows = label_rows.filter(pc.equal(label_rows["branch_name"], branch))
    places = pc.index_in(label_rows["data_hash"], value_set=units["data_hash"].combine_chunks())
    label_rows = label_rows.append_column("title", units["title"].take(places))
    if title is not None:
        label_rows = label_rows.filter(pc.equal(label_rows["title"], title))
    return label_rows.sort_by([(name, "ascending") for name in ("title", "data_hash", "branch_name")])


def _bundles(label_rows: pa.Table) -> Iterator[pa.Table]:
    """Consecutive label rows that together hold about as much as may be read at once."""
    start, held = 0, 0
    for place, annotations in enumerate(label_rows["annotation_count"].to_pylist()):
        if place > start and (held + (annotations or 0) > _BUNDLE_ANNOTATIONS or place - start == _BUNDLE_ROWS):
            yield label_rows.slice(start, place - start)
            start, held = place, 0
        held += annotations or 0
    if start < label_rows.num_rows:
        yield label_rows.slice(start)


def _by_key(table: pa.Table, key: str) -> dict[str, Mapping[str, Any]]:
    """Rows as dicts under the values of a column; instants are microseconds since 1970 in UTC."""
    plain = pa.schema(
        [field.with_type(pa.int64()) if pa.types.is_timestamp(field.type) else field for field in table.schema]
    )
    return {row[key]: row for row in table.cast(plain).to_pylist()}
