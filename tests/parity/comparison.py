"""Runs the normaliser and the SDK on the same raw label rows and compares what they say."""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from connector.load.tables import METADATA, arrow_schema
from connector.normalise.label_rows.bundle import normalise_label_rows
from connector.normalise.ontology import Ontology
from tests.parity.facts import Facts, differences
from tests.parity.oracle import sdk_facts
from tests.parity.sdk_row import load_sdk_row
from tests.parity.table_facts import table_facts

SCHEMAS = {name: arrow_schema(table) for name, table in METADATA.tables.items()}

RawRow = tuple[Mapping[str, Any], Mapping[str, Any]]
"""A listing entry and the raw label-row dict that belongs to it."""


def normalised_facts(rows: Sequence[RawRow], editor: Mapping[str, Any]) -> list[Facts]:
    """The facts of label rows as the normaliser's tables have them, all in one bundle.

    Raises:
        AssertionError: A row failed, or the normaliser wrote into what it was given.
    """
    given = deepcopy(rows)
    bundle = normalise_label_rows(rows, Ontology.from_structure(editor), SCHEMAS, project_hash="project-hash")
    assert not bundle.failures, bundle.failures
    assert given == rows, "the normaliser changed its input"
    return [
        table_facts(bundle.tables, bundle.facts, str(labels["label_hash"]), str(entry["data_hash"]))
        for entry, labels in rows
    ]


def assert_parity(entry: Mapping[str, Any], labels: Mapping[str, Any], editor: Mapping[str, Any]) -> None:
    """Fails with every difference between the tables and the SDK's object model of one label row.

    Raises:
        AssertionError: There is a difference.
    """
    row = load_sdk_row(entry, labels, editor)
    [actual] = normalised_facts([(entry, labels)], editor)
    found = differences(sdk_facts(row, labels), actual)
    assert not found, "\n".join([*found, *_described(entry, labels, editor)])


def _described(entry: Mapping[str, Any], labels: Mapping[str, Any], editor: Mapping[str, Any]) -> list[str]:
    return [
        f"{name} = {json.dumps(value)}" for name, value in (("entry", entry), ("labels", labels), ("editor", editor))
    ]
