"""A small warehouse made by hand: what the views must say of it is written in the tests, row by row."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from connector.load import Warehouse
from connector.load.tables import METADATA

Row = dict[str, Any]
LONG_AGO = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)


def insert(warehouse: Warehouse, table_name: str, *rows: Row) -> None:
    """Adds rows of the same columns to a table; columns that they do not name are NULL."""
    table = METADATA.tables[table_name]
    with warehouse.connection() as connection:
        connection.execute(table.insert().values(list(rows)))


def asked(warehouse: Warehouse, query: str) -> list[tuple[Any, ...]]:
    """The rows that a query answers, in its order."""
    with warehouse.connection() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def add_project(warehouse: Warehouse, **of_project: object) -> None:
    """Project herd, with its ontology."""
    insert(warehouse, "project", {"project_hash": "herd", "title": "Herd", **of_project})
    _classes(
        warehouse,
        ("cow", "object", 3, "Cow", "bounding_box", False, False),
        ("old", "object", 4, "Old", "bounding_box", False, True),
        ("bell", "object", 5, "Bell", "audio", False, False),
        ("day", "classification", 1, "Day or night?", None, False, False),
        ("tags", "classification", 2, "Tags", None, False, False),
        ("note", "classification", 6, "Note", None, False, False),
        ("herds", "classification", 7, "How many herds?", None, True, False),
        ("old-day", "classification", 8, "Old question", None, False, True),
    )
    _attributes(
        warehouse,
        ("cow-colour", "cow", None, 0, "Colour", "radio", False, False),
        ("cow-shade", "cow", "brown", 1, "Shade", "text", False, False),
        ("cow-pose", "cow", None, 0, "Pose", "radio", True, False),
        ("cow-marks", "cow", None, 0, "Marks", "checklist", False, False),
        ("cow-past", "cow", None, 0, "Past", "text", False, True),
        ("bell-tone", "bell", None, 0, "Tone", "text", False, False),
        ("day-question", "day", None, 0, "Day or night?", "radio", False, False),
        ("day-hour", "day", "daytime", 1, "Hour", "numeric", False, False),
        ("tags-question", "tags", None, 0, "Tags", "checklist", False, False),
        ("note-question", "note", None, 0, "Note", "text", False, False),
        ("herds-question", "herds", None, 0, "How many herds?", "numeric", False, False),
    )
    _options(
        warehouse,
        "cow-colour",
        ("brown", "Brown", False),
        ("white", "White", False),
    )
    _options(warehouse, "cow-pose", ("lying", "Lying", False), ("standing", "Standing", False))
    _options(warehouse, "cow-marks", ("ear", "Ear tag", False), ("brand", "Brand", False), ("dye", "Dye", True))
    _options(warehouse, "day-question", ("daytime", "Day", False), ("night", "Night", False))
    _options(warehouse, "tags-question", ("wet", "Wet", False), ("busy", "Busy", False), ("quiet", "Quiet", False))


def add_label_row(
    warehouse: Warehouse,
    label_hash: str | None,
    *,
    data_hash: str = "video",
    branch_name: str = "main",
    **of_label_row: object,
) -> None:
    """A label row of project herd."""
    insert(
        warehouse,
        "label_row",
        {
            "label_row_id": f"{data_hash}/{branch_name}",
            "project_hash": "herd",
            "data_hash": data_hash,
            "branch_name": branch_name,
            "label_hash": label_hash,
            **of_label_row,
        },
    )


def add_data_unit(warehouse: Warehouse, data_hash: str, data_type: str, **of_data_unit: object) -> None:
    """A data unit of project herd; its title is its id and the ending .file."""
    insert(
        warehouse,
        "data_unit",
        {
            "project_hash": "herd",
            "data_hash": data_hash,
            "title": f"{data_hash}.file",
            "dataset_title": "Summer",
            "data_type": data_type,
            **of_data_unit,
        },
    )


def add_object(
    warehouse: Warehouse,
    label_hash: str,
    object_hash: str,
    frames: Iterable[int],
    *,
    feature_hash: str = "cow",
    space_id: str = "root",
    **of_annotations: object,
) -> None:
    """An object instance with the same box on each of the frames."""
    insert(
        warehouse,
        "object_instance",
        {"label_hash": label_hash, "object_hash": object_hash, "feature_hash": feature_hash},
    )
    place_object(warehouse, label_hash, object_hash, frames, space_id=space_id, **of_annotations)


def place_object(
    warehouse: Warehouse,
    label_hash: str,
    object_hash: str,
    frames: Iterable[int],
    *,
    space_id: str = "root",
    **of_annotations: object,
) -> None:
    """More annotations of an object instance that is there."""
    box = {"x": 0.5, "y": 0.25, "width": 0.2, "height": 0.4}
    box |= {"x_min": 0.5, "y_min": 0.25, "x_max": 0.7, "y_max": 0.65}
    where = {"label_hash": label_hash, "object_hash": object_hash, "space_id": space_id}
    insert(warehouse, "object_annotation", *({**where, "frame": frame, **box, **of_annotations} for frame in frames))


def add_classification(
    warehouse: Warehouse,
    label_hash: str,
    classification_hash: str,
    feature_hash: str,
    *ranges: tuple[int | None, int | None],
    space_id: str = "root",
    range_unit: str = "frame",
) -> None:
    """A classification instance and what it holds for; `(None, None)` with range_unit whole."""
    where = {"label_hash": label_hash, "classification_hash": classification_hash}
    insert(warehouse, "classification_instance", {**where, "feature_hash": feature_hash})
    insert(
        warehouse,
        "classification_range",
        *(
            {**where, "space_id": space_id, "position": place, "frame_start": start, "frame_end": end}
            | {"range_unit": range_unit}
            for place, (start, end) in enumerate(ranges)
        ),
    )


def add_answers(
    warehouse: Warehouse,
    label_hash: str,
    owner_hash: str,
    attribute_feature_hash: str,
    *answers: Row,
    owner_kind: str = "object",
) -> None:
    """Answers of one attribute in the order of their positions."""
    where = {"label_hash": label_hash, "owner_kind": owner_kind, "owner_hash": owner_hash, "space_id": "root"}
    where["attribute_feature_hash"] = attribute_feature_hash
    insert(warehouse, "attribute_answer", *({**where, "position": i, **answer} for i, answer in enumerate(answers)))


def _classes(warehouse: Warehouse, *rows: tuple[str, str, int, str, str | None, bool, bool]) -> None:
    names = ("feature_hash", "kind", "uid", "name", "shape", "is_global", "is_archived")
    fixed = {"project_hash": "herd", "color": "#aa0000"}
    insert(
        warehouse,
        "ontology_class",
        *({**fixed, **dict(zip(names, row, strict=True)), "position": place} for place, row in enumerate(rows)),
    )


def _attributes(warehouse: Warehouse, *rows: tuple[str, str, str | None, int, str, str, bool, bool]) -> None:
    names = ["feature_hash", "class_feature_hash", "parent_option_hash", "depth"]
    names += ["name", "answer_type", "is_dynamic", "is_archived"]
    fixed = {"project_hash": "herd", "is_required": False}
    insert(
        warehouse,
        "ontology_attribute",
        *({**fixed, **dict(zip(names, row, strict=True)), "position": place} for place, row in enumerate(rows)),
    )


def _options(warehouse: Warehouse, attribute_feature_hash: str, *rows: tuple[str, str, bool]) -> None:
    fixed = {"project_hash": "herd", "attribute_feature_hash": attribute_feature_hash}
    insert(
        warehouse,
        "ontology_option",
        *(
            {**fixed, "feature_hash": name, "label": label, "option_value": label.lower().replace(" ", "_")}
            | {"is_archived": is_archived, "position": place}
            for place, (name, label, is_archived) in enumerate(rows)
        ),
    )
