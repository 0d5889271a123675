"""Which label rows an edit of the ontology makes stale, although their listing entries do not change.

Names, colours and order are in the ontology tables only, so changing them affects no label row. Edits of shapes, kinds
of answers, nesting and archiving change what Encord serves, or what an answer means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

Row = Mapping[str, Any]

_TABLES = ("ontology_class", "ontology_attribute", "ontology_option")
_CLASS_MEANING = ("kind", "shape", "is_global")
_ATTRIBUTE_MEANING = ("class_feature_hash", "parent_option_hash", "answer_type", "is_dynamic")
_OPTION_MEANING = ("attribute_feature_hash",)


@dataclass(frozen=True, slots=True)
class OntologyChange:
    """What an edit of the ontology means for label rows.

    Attributes:
        stale_classes: feature hashes of classes whose labels must be fetched again.
        everything_is_stale: true if something is no longer archived, or gone from the archive: its labels may be in
            any label row.
        is_changed: whether anything at all is different, names and colours included.
    """

    stale_classes: frozenset[str]
    everything_is_stale: bool
    is_changed: bool


def ontology_change(old: Mapping[str, pa.Table], new: Mapping[str, pa.Table]) -> OntologyChange:
    """Compare two states of one project's ontology.

    Args:
        old: tables ontology_class, ontology_attribute and ontology_option as stored; empty before the first sync.
        new: the same tables as just read.

    Returns:
        The change. Additions alone make nothing stale.
    """
    old_rows = {name: _by_hash(old[name]) for name in _TABLES}
    new_rows = {name: _by_hash(new[name]) for name in _TABLES}
    stale: set[str] = set()
    everything = False
    for name, meaning in zip(_TABLES, (_CLASS_MEANING, _ATTRIBUTE_MEANING, _OPTION_MEANING), strict=True):
        for feature_hash, before in old_rows[name].items():
            after = new_rows[name].get(feature_hash)
            if before["is_archived"]:
                everything |= after is None or not after["is_archived"]
            elif after is None or after["is_archived"]:
                stale |= _classes_of(old_rows, name, before)
            if after is not None and any(before[column] != after[column] for column in meaning):
                stale |= _classes_of(old_rows, name, before) | _classes_of(new_rows, name, after)
    return OntologyChange(frozenset(stale), everything, old_rows != new_rows)


def ontology_changes(old: Sequence[Mapping[str, pa.Table]], new: Mapping[str, pa.Table]) -> OntologyChange:
    """Compare an ontology with several earlier states, with each of which some label rows were compared last.

    Args:
        old: the earlier states, at least one.
        new: the tables as just read.

    Returns:
        All that changed since any of them: what makes label rows stale that know of one change already does no harm.
    """
    changes = [ontology_change(each, new) for each in old]
    return OntologyChange(
        frozenset().union(*(change.stale_classes for change in changes)),
        any(change.everything_is_stale for change in changes),
        any(change.is_changed for change in changes),
    )


def _by_hash(table: pa.Table) -> dict[str, Row]:
    return {row["feature_hash"]: row for row in table.to_pylist()}


def _classes_of(rows: Mapping[str, Mapping[str, Row]], table: str, row: Row) -> set[str]:
    """The class that a row of one of the three tables belongs to; empty if its attribute is missing."""
    if table == "ontology_class":
        return {row["feature_hash"]}
    if table == "ontology_attribute":
        return {row["class_feature_hash"]}
    attribute = rows["ontology_attribute"].get(row["attribute_feature_hash"])
    return set() if attribute is None else {attribute["class_feature_hash"]}
