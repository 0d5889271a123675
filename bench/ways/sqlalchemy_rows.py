"""Baseline b: what a competent user writes in an afternoon. The SDK's object model, inserted through SQLAlchemy Core.

The tables are the connector's own, made before. Each bundle is one transaction with one multi-row insert a table. The
DuckDB dialect sends inserts of 10,000 rows and more through Arrow (9 µs a row where its VALUES lists take 75); here it
is told to do so from 100 rows on, which is to the baseline's advantage.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from encord.objects import LabelRowV2, ObjectInstance, Option
from encord.objects import coordinates as forms

from bench.ways import Job
from bench.ways.sdk_label_rows import label_rows
from connector.load import open_warehouse
from connector.load.tables import METADATA

Row = dict[str, Any]
TABLES = ("data_unit", "label_row", "object_instance", "object_annotation", "classification_instance",
          "classification_range", "attribute_answer")  # fmt: skip
ROWS_BY_ARROW = 100


def _placed(coordinates: object) -> Row:
    """The geometry's columns of object_annotation."""
    match coordinates:
        case forms.BoundingBoxCoordinates() | forms.RotatableBoundingBoxCoordinates():
            x, y, width, height = (
                coordinates.top_left_x,
                coordinates.top_left_y,
                coordinates.width,
                coordinates.height,
            )
            columns: Row = {"x": x, "y": y, "width": width, "height": height}
            if isinstance(coordinates, forms.RotatableBoundingBoxCoordinates):
                return {**columns, "rotation": coordinates.theta}
            return {**columns, "x_min": x, "y_min": y, "x_max": x + width, "y_max": y + height}
        case forms.PolygonCoordinates() | forms.PolylineCoordinates():
            points = [(point.x, point.y) for point in coordinates.values or []]
            across, down = [x for x, _ in points], [y for _, y in points]
            return {
                "x_min": min(across), "y_min": min(down), "x_max": max(across), "y_max": max(down),
                "geometry": json.dumps(points),
            }  # fmt: skip
        case forms.CircleCoordinates() | forms.EllipseCoordinates():
            return {"x": coordinates.center_x, "y": coordinates.center_y, "geometry": json.dumps(coordinates.to_dict())}
        case forms.SkeletonCoordinates():
            return {"geometry": json.dumps([(joint.x, joint.y, joint.name) for joint in coordinates.values])}
        case _:
            return {"geometry": json.dumps(coordinates.to_dict())}  # type: ignore[attr-defined] # all forms have it


def _answers(label_hash: str | None, instance: ObjectInstance) -> Iterator[Row]:
    for attribute in instance.ontology_item.attributes:
        answer = instance.get_answer(attribute)
        held: list[tuple[object, int | None, int | None]]
        if attribute.dynamic:
            held = [(part.answer, each.start, each.end) for part in answer or [] for each in part.ranges]  # type: ignore[union-attr] # a list, for dynamic attributes
        else:
            held = [(answer, None, None)] if answer is not None else []
        position = 0
        for value, start, end in held:
            ticked = [value] if isinstance(value, Option | str | int | float) else list(value)  # type: ignore[call-overload] # options of a checklist
            for each in ticked:
                yield {
                    "label_hash": label_hash,
                    "owner_kind": "object",
                    "owner_hash": instance.object_hash,
                    "space_id": "root",
                    "attribute_feature_hash": attribute.feature_node_hash,
                    "position": position,
                    "option_feature_hash": each.feature_node_hash if isinstance(each, Option) else None,
                    "answer_text": None if isinstance(each, Option) else str(each),
                    "answer_number": each if isinstance(each, int | float) else None,
                    "frame_start": start,
                    "frame_end": end,
                }
                position += 1


def _add(label_row: LabelRowV2, project_hash: str, rows: dict[str, list[Row]]) -> None:
    """Add the rows of one label row to those of its bundle."""
    label_hash, data_hash = label_row.label_hash, label_row.data_hash
    rows["data_unit"].append(
        {"project_hash": project_hash, "data_hash": data_hash, "title": label_row.data_title,
         "data_type": label_row.data_type.value, "width": label_row.width, "height": label_row.height,
         "frame_count": label_row.number_of_frames, "dataset_hash": label_row.dataset_hash}
    )  # fmt: skip
    rows["label_row"].append(
        {"label_row_id": f"{data_hash}/{label_row.branch_name}", "project_hash": project_hash, "data_hash": data_hash,
         "branch_name": label_row.branch_name, "label_hash": label_hash, "last_edited_at": label_row.last_edited_at,
         "created_at": label_row.created_at, "is_valid": label_row.is_valid}
    )  # fmt: skip
    for instance in label_row.get_object_instances():
        rows["object_instance"].append(
            {"label_hash": label_hash, "object_hash": instance.object_hash, "feature_hash": instance.feature_hash,
             "shape": instance.ontology_item.shape.value}
        )  # fmt: skip
        for annotation in instance.get_annotations():
            rows["object_annotation"].append(
                {
                    **dict.fromkeys(_GEOMETRY),
                    "label_hash": label_hash,
                    "object_hash": instance.object_hash,
                    "space_id": "root",
                    "frame": annotation.frame,
                    "confidence": annotation.confidence,
                    "is_manual": annotation.manual_annotation,
                    "created_at": annotation.created_at,
                    "created_by": annotation.created_by,
                    "last_edited_at": annotation.last_edited_at,
                    "last_edited_by": annotation.last_edited_by,
                    **_placed(annotation.coordinates),
                }
            )
        rows["attribute_answer"].extend(_answers(label_hash, instance))
    for said in label_row.get_classification_instances():
        rows["classification_instance"].append(
            {"label_hash": label_hash, "classification_hash": said.classification_hash,
             "feature_hash": said.feature_hash}
        )  # fmt: skip
        rows["classification_range"].extend(
            {"label_hash": label_hash, "classification_hash": said.classification_hash, "space_id": "root",
             "position": position, "frame_start": held.start, "frame_end": held.end, "range_unit": "frame"}
            for position, held in enumerate(said.range_list)
        )  # fmt: skip


_GEOMETRY = ("x", "y", "width", "height", "rotation", "x_min", "y_min", "x_max", "y_max", "geometry")


def insert(engine: sa.Engine, rows: dict[str, list[Row]]) -> None:
    """Insert the rows of one bundle in one transaction."""
    with engine.begin() as connection:
        connection = connection.execution_options(duckdb_copy_threshold=ROWS_BY_ARROW)
        for name, of_table in rows.items():
            if of_table:
                connection.execute(METADATA.tables[name].insert(), of_table)


def load_project(job: Job) -> int:
    """Insert every label row into the tables of a warehouse that is there already; returns the annotations."""
    engine = sa.create_engine(f"duckdb:///{job.warehouse}")
    seen: set[object] = set()
    annotations = 0
    for together in label_rows(job):
        rows: dict[str, list[Row]] = {name: [] for name in TABLES}
        for label_row in together:
            _add(label_row, job.project, rows)
        rows["data_unit"] = _not_seen(rows["data_unit"], seen)
        insert(engine, rows)
        annotations += len(rows["object_annotation"])
    engine.dispose()
    return annotations


def _not_seen(data_units: Iterable[Row], seen: set[object]) -> list[Row]:
    """The data units of branches come once."""
    new = {row["data_hash"]: row for row in data_units if row["data_hash"] not in seen}
    seen.update(new)
    return list(new.values())


def main() -> None:
    """Make the tables, insert every label row, and print how many annotations there were."""
    job = Job.of_this_process()
    open_warehouse(f"duckdb:///{job.warehouse}").close()
    print(json.dumps({"annotations": load_project(job)}))


if __name__ == "__main__":
    main()
