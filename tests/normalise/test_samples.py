"""Every real sample normalises whole: nothing fails, schemas are exact and keys unique."""

import json
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pytest

from connector.load.tables import METADATA
from connector.normalise.label_rows.bundle import normalise_label_rows
from connector.normalise.listing.listing import normalise_listing
from connector.normalise.listing.project_tables import project_tables
from connector.normalise.ontology import Ontology
from tests.normalise.rows import SAMPLES, SCHEMAS

FOLDERS = sorted(path for path in SAMPLES.glob("*") if path.is_dir()) if SAMPLES.is_dir() else []

pytestmark = pytest.mark.skipif(not FOLDERS, reason="the samples are not beside this checkout")


def _read(path: Path) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(path.read_text()))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_sample_normalises(folder: Path) -> None:
    """Label rows, listing and ontology come to tables of exactly the declared schemas, without failures."""
    ontology = _read(folder / "ontology.json")
    project = _read(folder / "project.json")
    samples = [_read(path) for path in sorted(folder.glob("rows/*.json"))]
    pairs = [(sample["metadata"], sample["labels"]) for sample in samples if sample["labels"] is not None]
    text_before = json.dumps(pairs)

    bundle = normalise_label_rows(
        pairs, Ontology.from_structure(ontology["editor"]), SCHEMAS, project_hash=project["projectHash"]
    )
    listing = normalise_listing(project["projectHash"], [sample["metadata"] for sample in samples], SCHEMAS)
    tables = project_tables(project, ontology, SCHEMAS)

    assert bundle.failures == []
    assert listing.rejected == []
    assert json.dumps(pairs) == text_before
    assert bundle.facts.num_rows == len(pairs)
    assert sum(bundle.facts.column("object_count").to_pylist()) > 0 or (
        sum(bundle.facts.column("classification_count").to_pylist()) > 0
    )
    assert listing.tables["label_row"].num_rows == len(samples)
    assert tables["project"].num_rows == 1
    for name, table in {**bundle.tables, **tables}.items():
        # pseudonym_check says how a warehouse keeps its people; no answer of Encord holds it.
        assert table.schema == pa.schema(field for field in SCHEMAS[name] if field.name != "pseudonym_check")
        _assert_keys_are_unique(name, table)


def _assert_keys_are_unique(name: str, table: pa.Table) -> None:
    keys = [column.name for column in _primary_key(name)]
    records = [tuple(record[key] for key in keys) for record in table.to_pylist()]
    assert len(set(records)) == len(records)


def _primary_key(name: str) -> list[Any]:
    return list(METADATA.tables[name].primary_key.columns)
