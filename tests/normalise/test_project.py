"""A project's tables, and which label rows an edit of the ontology makes stale."""

import copy
from typing import Any

import pyarrow as pa
import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.normalise.listing.ontology_changes import OntologyChange, ontology_change
from connector.normalise.listing.project_tables import project_tables
from connector.normalise.ontology import Ontology
from tests.normalise.rows import (
    SCHEMAS,
    Json,
    attribute,
    classification_class,
    object_class,
    option,
    structure,
)

PROJECT = {
    "projectHash": "project-hash",
    "title": "a project",
    "description": "of tests",
    "projectType": "workflow",
    "status": "inProgress",
    "createdAt": "2023-01-01T00:00:00Z",
    "lastEditedAt": "2023-03-01T00:00:00.5Z",
    "ontologyHash": "ontology-hash",
    "workflow": {"stages": [{"stageType": "ANNOTATION", "uuid": "stage-1", "title": "Annotate"}, {"uuid": "stage-2"}]},
}


def editor() -> Json:
    """Two object classes with nested attributes, two classifications."""
    child = attribute("child", "text")
    return structure(
        [
            object_class("box", "bounding_box", [attribute("radio", "radio", [option("r1", [child]), option("r2")])]),
            object_class("point", "point", [attribute("words", "text", dynamic=True)], 2),
        ],
        [
            classification_class("weather", [attribute("kind", "checklist", [option("sun"), option("rain")])]),
            classification_class("grade", [attribute("number", "numeric")], 2, level="global"),
        ],
    )


def tables(structure_dict: Json, project: Json | None = None) -> dict[str, pa.Table]:
    ontology = {"title": "an ontology", "lastEditedAt": "2023-02-01T00:00:00Z", "editor": structure_dict}
    return project_tables(project or PROJECT, ontology, SCHEMAS)


def values(table: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in table.to_pylist()]


def test_project_and_stages() -> None:
    found = tables(editor())
    (project,) = found["project"].to_pylist()

    assert (project["title"], project["project_type"], project["ontology_title"]) == (
        "a project",
        "workflow",
        "an ontology",
    )
    assert project["last_edited_at"].isoformat() == "2023-03-01T00:00:00.500000+00:00"
    assert project["ontology_content_hash"] == Ontology.from_structure(editor()).content_hash
    assert project["deleted_at"] is None
    assert values(found["workflow_stage"], "stage_uuid", "stage_type", "position") == [
        ("stage-1", "ANNOTATION", 0),
        ("stage-2", None, 1),
    ]
    own = SCHEMAS["project"].remove(SCHEMAS["project"].get_field_index("pseudonym_check"))
    wanted = {**SCHEMAS, "project": own}  # the warehouse alone says how it keeps people
    assert all(table.schema == wanted[name] for name, table in found.items())


def test_a_project_without_a_workflow() -> None:
    assert tables(editor(), {"projectHash": "p", "workflow": None})["workflow_stage"].num_rows == 0


def test_ontology_tables() -> None:
    found = tables(editor())

    assert values(found["ontology_class"], "feature_hash", "kind", "uid", "name", "shape", "is_global", "position") == [
        ("box", "object", 1, "class box", "bounding_box", False, 0),
        ("point", "object", 2, "class point", "point", False, 1),
        ("weather", "classification", 1, "question kind", None, False, 0),
        ("grade", "classification", 2, "question number", None, True, 1),
    ]
    columns = ("feature_hash", "class_feature_hash", "parent_option_hash", "depth", "answer_type", "is_dynamic")
    assert values(found["ontology_attribute"], *columns) == [
        ("radio", "box", None, 0, "radio", False),
        ("child", "box", "r1", 1, "text", False),
        ("words", "point", None, 0, "text", True),
        ("kind", "weather", None, 0, "checklist", False),
        ("number", "grade", None, 0, "numeric", False),
    ]
    assert values(found["ontology_option"], "feature_hash", "attribute_feature_hash", "position", "option_value") == [
        ("r1", "radio", 0, "r1"),
        ("r2", "radio", 1, "r2"),
        ("sun", "kind", 0, "sun"),
        ("rain", "kind", 1, "rain"),
    ]


def test_the_content_hash_ignores_the_order_of_keys_only() -> None:
    turned = dict(reversed(list(editor().items())))
    renamed = editor()
    renamed["objects"][0]["name"] = "another name"

    assert Ontology.from_structure(turned).content_hash == Ontology.from_structure(editor()).content_hash
    assert Ontology.from_structure(renamed).content_hash != Ontology.from_structure(editor()).content_hash


def test_doubled_hashes_are_taken_once() -> None:
    """The tables' keys hold; answers are still read with each class's own attribute."""
    doubled = structure(
        [
            object_class("a", "point", [attribute("same", "text")]),
            object_class("b", "point", [attribute("same", "numeric")], 2),
        ]
    )

    assert values(tables(doubled)["ontology_attribute"], "feature_hash", "class_feature_hash") == [("same", "a")]
    ontology = Ontology.from_structure(doubled)
    assert ontology.objects["b"].attributes["same"].answer_type == "numeric"


@pytest.mark.parametrize(
    "broken",
    [
        {"objects": [{"name": "no hash", "shape": "point"}]},
        {"objects": ["a class"]},
        {"objects": [{"featureNodeHash": "a", "attributes": [{"type": "text"}]}]},
        {"classifications": [{"featureNodeHash": "a", "attributes": [{"featureNodeHash": "b", "options": [{}]}]}]},
    ],
)
def test_a_broken_ontology_is_one_clear_error(broken: Json) -> None:
    """From both readers, of the kind that says that Encord's answer is not of its format."""
    with pytest.raises(ConnectorError) as of_structure:
        Ontology.from_structure(broken)
    with pytest.raises(ConnectorError, match="project-hash") as of_tables:
        tables(broken)

    assert of_structure.value.kind == of_tables.value.kind == ErrorKind.SOURCE_CONTENT
    assert "no hash" not in str(of_tables.value)


@pytest.mark.parametrize("broken", [{}, {**PROJECT, "title": ["a"]}, {**PROJECT, "workflow": {"stages": [{}]}}])
def test_a_broken_project_is_one_clear_error(broken: Json) -> None:
    with pytest.raises(ConnectorError):
        tables(editor(), broken or {"title": "without a hash"})


def test_unreadable_times_of_a_project_are_null() -> None:
    (project,) = tables(editor(), {**PROJECT, "createdAt": "soon"})["project"].to_pylist()

    assert (project["created_at"], project["title"]) == (None, "a project")


def change(edit: Any, before: Any = None) -> OntologyChange:  # noqa: ANN401 - functions that edit a structure
    old, new = editor(), editor()
    if before is not None:
        before(old)
        before(new)
    edit(new)
    return ontology_change(tables(old), tables(new))


def set_on(path: list[Any], key: str, value: object) -> Any:  # noqa: ANN401 - a function that edits a structure
    def edit(structure_dict: Json) -> None:
        place: Any = structure_dict
        for step in path:
            place = place[step]
        place[key] = value

    return edit


BOX = ["objects", 0]
RADIO = [*BOX, "attributes", 0]


@pytest.mark.parametrize(
    "edit",
    [
        set_on(BOX, "name", "new name"),
        set_on(BOX, "color", "#000000"),
        set_on(BOX, "id", "9"),
        set_on(RADIO, "name", "new question"),
        set_on(RADIO, "required", True),
        set_on([*RADIO, "options", 1], "label", "new label"),
        lambda new: new["objects"].reverse(),
        lambda new: new["objects"].append(object_class("added", "polygon", [attribute("more", "text")], 3)),
        lambda new: new["objects"][0]["attributes"].append(attribute("more", "text")),
        lambda new: new["objects"][0]["attributes"][0]["options"].append(option("r3")),
    ],
)
def test_names_order_and_additions_make_nothing_stale(edit: Any) -> None:  # noqa: ANN401 - a function
    assert change(edit) == OntologyChange(frozenset(), everything_is_stale=False, is_changed=True)


@pytest.mark.parametrize(
    ("edit", "stale"),
    [
        (set_on(BOX, "shape", "polygon"), {"box"}),
        (set_on(BOX, "archived", True), {"box"}),
        (set_on(["classifications", 0], "level", "global"), {"weather"}),
        (set_on(RADIO, "type", "checklist"), {"box"}),
        (set_on(RADIO, "dynamic", True), {"box"}),
        (set_on(RADIO, "archived", True), {"box"}),
        (set_on([*RADIO, "options", 1], "archived", True), {"box"}),
        (set_on([*RADIO, "options", 0, "options", 0], "type", "numeric"), {"box"}),
        (lambda new: new["objects"].pop(0), {"box"}),
        (lambda new: new["objects"][1]["attributes"].pop(), {"point"}),
        (lambda new: new["classifications"][0]["attributes"][0]["options"].pop(), {"weather"}),
        (
            lambda new: new["objects"][0]["attributes"].append(
                new["objects"][0]["attributes"][0]["options"][0]["options"].pop()
            ),
            {"box"},
        ),
        (
            lambda new: new["objects"][1]["attributes"].append(new["objects"][0]["attributes"].pop()),
            {"box", "point"},
        ),
    ],
)
def test_changes_of_meaning_make_the_class_stale(edit: Any, stale: set[str]) -> None:  # noqa: ANN401 - a function
    assert change(edit) == OntologyChange(frozenset(stale), everything_is_stale=False, is_changed=True)


@pytest.mark.parametrize("path", [BOX, RADIO, [*RADIO, "options", 1]])
def test_unarchiving_makes_everything_stale(path: list[Any]) -> None:
    found = change(set_on(path, "archived", False), before=set_on(path, "archived", True))

    assert found.everything_is_stale
    assert found.is_changed


def test_what_was_archived_before_is_no_news() -> None:
    archived = set_on(BOX, "archived", True)

    assert change(set_on(BOX, "name", "new name"), before=archived).stale_classes == frozenset()


def test_nothing_changed() -> None:
    assert change(lambda _new: None) == OntologyChange(frozenset(), everything_is_stale=False, is_changed=False)


def test_the_first_sync_changes_the_ontology_and_makes_nothing_stale() -> None:
    empty = {name: table.slice(0, 0) for name, table in tables(copy.deepcopy(editor())).items()}

    assert ontology_change(empty, tables(editor())) == OntologyChange(
        frozenset(), everything_is_stale=False, is_changed=True
    )
