"""A bundle of raw label rows → Arrow tables. A label row that cannot be read leaves nothing behind."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from connector.errors import ConnectorError, ErrorKind, FormatError
from connector.normalise.columns import BundleColumns, TakePart
from connector.normalise.forms.expected_form import kind_of
from connector.normalise.forms.label_row_problems import label_row_failure, unreadable_time
from connector.normalise.label_rows.label_row import read_label_row
from connector.normalise.label_rows.row_context import RowContext
from connector.normalise.ontology import Ontology
from connector.normalise.timestamps import TimestampCache

LabelRow = tuple[Mapping[str, Any], Mapping[str, Any] | Callable[[], Mapping[str, Any]]]
"""A listing entry and its raw label-row dict, or a function that makes it, so that one at a time is in memory."""

_UNREADABLE = (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
"""What reading raises for a label row that breaks Encord's format; a FormatError if the reader checked."""
_NOT_OF_ITS_TYPE = (pa.ArrowException, TypeError, ValueError, OverflowError)


@dataclass(frozen=True, slots=True)
class NormalisedBundle:
    """The result of normalising a bundle of label rows.

    Attributes:
        tables: the seven tables that are replaced with a label row, and data_frame; each with its declared schema.
        facts: one row for each label row that could be read: label_hash, is_event_based, object_count,
            annotation_count, classification_count, warnings (JSON list or NULL), labels_last_edited_at.
        failures: label_hash and message of the rows that could not be read; nothing of them is in the tables.
    """

    tables: dict[str, pa.Table]
    facts: pa.Table
    failures: list[tuple[str, str]]


def normalise_label_rows(
    label_rows: Iterable[LabelRow],
    ontology: Ontology,
    schemas: Mapping[str, pa.Schema],
    *,
    project_hash: str,
) -> NormalisedBundle:
    """Normalise a bundle.

    Args:
        label_rows: listing entry and raw label row of each; neither is changed. A label row must not come twice. A
            function that makes a label row may raise what an unreadable label row raises, and may be called twice.
        ontology: the project's ontology.
        schemas: table name → Arrow schema, of the tables that label rows fill.
        project_hash: the project; fills data_frame.project_hash.

    Returns:
        The tables, the facts about each row, and what failed.
    """
    rows = list(label_rows)
    columns, failures = _read_all(rows, ontology, schemas, project_hash)
    try:
        return NormalisedBundle(columns.tables(), columns.facts.to_arrow(), failures)
    except _NOT_OF_ITS_TYPE:
        # Some value does not have its column's type. Arrow does not say which row it is from: convert one by one.
        failures += _failures_of_conversion(rows, ontology, schemas, {label_hash for label_hash, _ in failures})
    failed = {label_hash for label_hash, _ in failures}
    good = [row for row in rows if _label_hash(*row) not in failed]
    columns, _ = _read_all(good, ontology, schemas, project_hash)
    return NormalisedBundle(columns.tables(), columns.facts.to_arrow(), failures)


def _label_hash(entry: Mapping[str, Any], labels: object) -> str:
    """The label row's own hash, or the listing entry's if it has none or was not made yet."""
    own = labels.get("label_hash") if isinstance(labels, dict) else None
    return str(own or entry.get("label_hash"))


def _read_all(
    rows: Sequence[LabelRow], ontology: Ontology, schemas: Mapping[str, pa.Schema], project_hash: str
) -> tuple[BundleColumns, list[tuple[str, str]]]:
    columns = BundleColumns(schemas)
    timestamps = TimestampCache()
    described: set[object] = set()
    failures: list[tuple[str, str]] = []
    for entry, labels in rows:
        label_hash = _label_hash(entry, labels)
        mark = columns.mark()
        timestamps.unreadable = 0
        try:
            data_hash = entry.get("data_hash")
            context = _context(entry, labels, columns, ontology, timestamps)
            read_label_row(context, project_hash, with_frames=data_hash not in described)
            _add_facts(context, mark)
            described.add(data_hash)
            del context  # and with it the label row, before the next one is made
        except _UNREADABLE as error:
            columns.roll_back(mark)
            failures.append((label_hash, _failure_message(entry, labels, error)))
    return columns, failures


def normalise_in_parts(
    label_row: LabelRow,
    ontology: Ontology,
    schemas: Mapping[str, pa.Schema],
    take: TakePart,
    *,
    project_hash: str,
    part_rows: int,
) -> pa.Table:
    """Normalise one label row whose rows are too many to be in memory at once.

    Args:
        label_row: listing entry and raw label row.
        ontology: the project's ontology.
        schemas: as for `normalise_label_rows`.
        take: takes the rows part after part, by table; together, in that order, they are the rows that
            `normalise_label_rows` would make.
        project_hash: the project.
        part_rows: about how many rows of one table make a part.

    Returns:
        The facts about the row, see `NormalisedBundle`.

    Raises:
        ConnectorError: SOURCE_CONTENT, if it cannot be read; then everything that `take` got must be forgotten.
    """
    entry, labels = label_row
    columns = BundleColumns(schemas, take, part_rows)
    mark = columns.mark()
    try:
        context = _context(entry, labels, columns, ontology, TimestampCache())
        read_label_row(context, project_hash, with_frames=True)
        _add_facts(context, mark)
        columns.hand_over()
        return columns.facts.to_arrow()
    except (*_UNREADABLE, pa.ArrowException) as error:
        message = _failure_message(entry, labels, error)
        raise ConnectorError(ErrorKind.SOURCE_CONTENT, message) from None


def _context(
    entry: Mapping[str, Any],
    labels: Mapping[str, Any] | Callable[[], Mapping[str, Any]],
    columns: BundleColumns,
    ontology: Ontology,
    timestamps: TimestampCache,
) -> RowContext:
    made = labels() if callable(labels) else labels
    if not isinstance(made, dict):
        raise FormatError(f"is {kind_of(made)}, not an object")
    return RowContext(_label_hash(entry, labels), made, entry, columns, ontology, timestamps)


def _add_facts(context: RowContext, mark: Sequence[int]) -> None:
    columns, timestamps = context.columns, context.timestamps
    last_edited_at = timestamps[context.labels.get("last_edited_at")]
    if timestamps.unreadable:
        first = unreadable_time(context.labels, context.data_type)
        context.warnings.add(f"time that cannot be read: {first}", timestamps.unreadable)
    columns.facts.add(
        context.label_hash,
        context.is_event_based,
        columns.added_since(mark, "object_instance"),
        columns.added_since(mark, "object_annotation"),
        columns.added_since(mark, "classification_instance"),
        context.warnings.to_json(),
        last_edited_at,
    )


def _failures_of_conversion(
    rows: Sequence[LabelRow], ontology: Ontology, schemas: Mapping[str, pa.Schema], failed: set[str]
) -> list[tuple[str, str]]:
    failures = []
    for row in rows:
        label_hash = _label_hash(*row)
        if label_hash in failed:
            continue
        columns, _ = _read_all([row], ontology, schemas, "")
        try:
            columns.tables()
            columns.facts.to_arrow()
        except _NOT_OF_ITS_TYPE as error:
            failures.append((label_hash, _failure_message(*row, error)))
    return failures


def _failure_message(
    entry: Mapping[str, Any], labels: Mapping[str, Any] | Callable[[], Mapping[str, Any]], error: Exception
) -> str:
    return label_row_failure(_label_hash(entry, labels), entry, labels, error)
