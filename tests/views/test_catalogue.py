"""What BI tools need: comments on everything, names and types that they accept, and the relationships as rows."""

import pytest
import sqlalchemy as sa

from connector.load import Warehouse
from connector.load.tables import METADATA
from connector.sql_files import view_files

ENGINES = ("duckdb",)
VIEWS = [file.view_name for file in view_files()]
FORBIDDEN_NAMES = {"at", "order", "group", "offset", "end", "user", "range", "value"}
ALLOWED_TYPES = {"VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP WITH TIME ZONE"}

PLACE = ["project_hash", "project_title", "data_hash", "data_title", "dataset_title", "data_type", "branch_name"]
PLACE += ["label_hash", "label_row_id"]
EXPORT_PAGE_KEYS = {
    "object_hash",
    "object_name",
    "feature_hash",
    "uid",
    "object_color",
    "ontology_shape",
    "classification_name",
    "classification_answer",
    "classification_hash",
    "classification_answer_hash",
    "attribute_name",
    "attribute_answer",
    "attribute_answer_feature_hash",
}


def columns_of(warehouse: Warehouse, view_name: str) -> list[tuple[str, str, str | None]]:
    query = (
        "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = :view_name"
        " ORDER BY column_index"
    )
    with warehouse.connection() as connection:
        rows = connection.execute(sa.text(query), {"view_name": view_name})
        return [(name, data_type, comment) for name, data_type, comment in rows]


def test_the_promised_views_are_there() -> None:
    promised = {"object_on_frame", "classification_on_frame", "attribute_on_frame", "label_on_frame"}
    promised |= {"object_on_range", "classification_on_range", "attribute_on_range", "relationship"}
    assert promised <= set(VIEWS)


@pytest.mark.parametrize("view_name", VIEWS)
def test_every_view_and_column_is_described(warehouse: Warehouse, view_name: str) -> None:
    query = "SELECT comment FROM duckdb_views() WHERE view_name = :view_name"
    with warehouse.connection() as connection:
        comment = connection.execute(sa.text(query), {"view_name": view_name}).scalar_one()
    assert comment is not None
    assert comment.startswith("One row ")
    undescribed = [
        name for name, _, text in columns_of(warehouse, view_name) if not text or not text.endswith((".", "…"))
    ]
    assert undescribed == []


@pytest.mark.parametrize("view_name", VIEWS)
def test_names_and_types_are_ones_that_tools_accept(warehouse: Warehouse, view_name: str) -> None:
    columns = columns_of(warehouse, view_name)
    names = [name for name, _, _ in columns]
    assert not FORBIDDEN_NAMES & set(names)
    assert [name for name in names if name != name.lower() or not name.replace("_", "a").isalnum()] == []
    assert len(set(names)) == len(names)
    assert {data_type for _, data_type, _ in columns} <= ALLOWED_TYPES


AGGREGATED = [name for name in VIEWS if name.startswith("consensus_")]


@pytest.mark.parametrize("view_name", AGGREGATED)
def test_consensus_views_say_where_they_belong(warehouse: Warehouse, view_name: str) -> None:
    """Their grain may be a class, a question or two people: of the place they have what the grain has."""
    names = [name for name, _, _ in columns_of(warehouse, view_name)]
    found = [name for name in names if name in PLACE]
    assert found in (PLACE, PLACE[:6], PLACE[:2])
    assert "frame" not in names or "space_id" in names


LABELLED = [
    file.view_name
    for file in view_files()
    if file.subject in {"label rows", "frames", "ranges", "changes"}
    and file.view_name not in {"class_balance", "relationship"}  # not about labels in one place
    and not (file.is_internal and file.subject == "changes")
]


@pytest.mark.parametrize("view_name", LABELLED)
def test_every_view_says_where_its_labels_lie(warehouse: Warehouse, view_name: str) -> None:
    names = [name for name, _, _ in columns_of(warehouse, view_name)]
    assert [name for name in names if name in PLACE] == PLACE
    if view_name.endswith("_on_frame"):
        assert {"space_id", "frame"} <= set(names)
    if view_name.endswith("_on_range"):
        assert {"space_id", "range_unit"} <= set(names)


def test_label_on_frame_has_the_keys_of_the_export_page(warehouse: Warehouse) -> None:
    assert {name for name, _, _ in columns_of(warehouse, "label_on_frame")} >= EXPORT_PAGE_KEYS


def test_class_numbers_are_said_to_be_the_class_s(warehouse: Warehouse) -> None:
    for view_name, column in (("object_on_frame", "object_uid"), ("label_on_frame", "uid")):
        [comment] = [text for name, _, text in columns_of(warehouse, view_name) if name == column]
        assert "CLASS" in str(comment)


def declared() -> set[tuple[str, str, str, str, int]]:
    return {
        (table.name, element.parent.name, constraint.referred_table.name, element.column.name, position)
        for table in METADATA.tables.values()
        for constraint in table.foreign_key_constraints
        for position, element in enumerate(constraint.elements)
    }


def relationships(warehouse: Warehouse, *, is_declared: bool) -> list[tuple[str, str, str, str, int]]:
    query = (
        "SELECT table_name, column_name, referenced_table, referenced_column, column_position FROM relationship"
        " WHERE is_declared = :is_declared"
    )
    with warehouse.connection() as connection:
        rows = connection.execute(sa.text(query), {"is_declared": is_declared})
        return [(table, column, other, other_column, place) for table, column, other, other_column, place in rows]


def test_relationships_are_the_declared_foreign_keys(warehouse: Warehouse) -> None:
    assert sorted(relationships(warehouse, is_declared=True)) == sorted(declared())


def test_other_relationships_lead_to_one_row(warehouse: Warehouse) -> None:
    found: dict[tuple[str, str], set[str]] = {}
    for table, column, other, other_column, _ in relationships(warehouse, is_declared=False):
        assert column in METADATA.tables[table].columns
        assert other_column in METADATA.tables[other].columns
        found.setdefault((table, other), set()).add(other_column)
    assert found
    for (_, other), columns in found.items():
        unique = {column.name for column in METADATA.tables[other].primary_key}
        # Encord's id of a label row is unique too, where there is one.
        assert columns == ({"label_hash"} if other == "label_row" else unique)
