"""The golden rows come to the golden tables, cover everything the SDK knows, and are rows that the SDK reads."""

import pytest
from encord.constants.enums import DataType
from encord.objects.common import PropertyType, Shape

from connector.normalise.columns import ROW_TABLES
from connector.normalise.ontology import Ontology
from tests.normalise import golden_files, sdk
from tests.normalise.rows import Json

ROWS = golden_files.label_rows()


@pytest.mark.parametrize("name", sorted([*ROW_TABLES, "facts"]))
def test_tables_are_the_golden_ones(name: str) -> None:
    """After a change that is meant, run python -m tests.normalise.golden_files and read the difference."""
    expected = (golden_files.TABLES / f"{name}.csv").read_text(encoding="utf-8")

    assert golden_files.to_csv(golden_files.tables()[name]) == expected


def test_every_shape_and_answer_type_is_in() -> None:
    tables = golden_files.tables()
    ontology = Ontology.from_structure(golden_files.structure())
    attributes = {
        attribute.feature_hash: attribute.answer_type
        for owner in (*ontology.objects.values(), *ontology.classifications.values())
        for attribute in owner.attributes.values()
    }
    answered = set(tables["attribute_answer"].column("attribute_feature_hash").to_pylist())

    assert set(tables["object_instance"].column("shape").to_pylist()) == {shape.value for shape in Shape}
    assert {attributes[feature_hash] for feature_hash in answered} == {kind.value for kind in PropertyType}
    assert all(table.num_rows > 0 for table in tables.values())


def test_every_kind_of_data_is_in() -> None:
    without_labels = {DataType.DICOM_STUDY, DataType.MISSING_DATA_TYPE}

    assert {labels["data_type"] for _, labels in ROWS} == {kind.value for kind in set(DataType) - without_labels}


@pytest.mark.parametrize(("entry", "labels"), ROWS, ids=[entry["data_title"] for entry, _ in ROWS])
def test_the_sdk_loads_every_golden_row(entry: Json, labels: Json) -> None:
    """So that the golden files hold nothing that Encord would not send."""
    row = sdk.load(golden_files.structure(), labels, entry)

    assert row.label_hash == labels["label_hash"]
    assert golden_files.bundle().failures == []
