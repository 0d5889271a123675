"""One label row's rows in every table → its dict."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from connector.export.label_rows.encord_dict.answer_lists import ROOT, read_answers
from connector.export.label_rows.encord_dict.classification_answers import classification_answers
from connector.export.label_rows.encord_dict.data_unit_dicts import data_units
from connector.export.label_rows.encord_dict.frame_objects import frame_objects
from connector.export.label_rows.encord_dict.label_contents import LabelContents, read_objects
from connector.export.label_rows.encord_dict.object_answers import (
    object_actions,
    object_answers,
    read_ranges,
    spaces_of_drawn,
)
from connector.export.label_rows.encord_dict.ontology_names import OntologyNames
from connector.export.label_rows.encord_dict.records import JsonObject, TimeTexts
from connector.export.label_rows.encord_dict.space_dicts import read_spaces, spaces_and_scene_labels


@dataclass(frozen=True, slots=True)
class LabelRowTables:
    """The rows of one label row.

    Attributes:
        label_row: its row of label_row, columns as keys, instants as microseconds since 1970 in UTC.
        data_unit: its row of data_unit, the same way.
        data_frames: the rows of data_frame of its data unit, in order of frames.
        tables: its rows of the tables that are replaced with it, each in the order of its key.
    """

    label_row: Mapping[str, Any]
    data_unit: Mapping[str, Any]
    data_frames: pa.Table
    tables: Mapping[str, pa.Table]


def label_row_dict(rows: LabelRowTables, names: OntologyNames, times: TimeTexts) -> JsonObject:
    """The dict of a label row, as `LabelRowV2.to_encord_dict()` writes it and `from_labels_dict` reads it.

    Args:
        rows: its rows.
        names: of its project's ontology.
        times: a cache of instants as text, of this and other label rows.
    """
    row, unit, tables = rows.label_row, rows.data_unit, rows.tables
    contents = LabelContents(
        data_type=unit["data_type"],
        is_html=unit["file_type"] == "text/html",
        is_event_based=bool(row["is_event_based"]),
        objects=read_objects(tables["object_instance"], times),
        spaces=read_spaces(tables["data_space"]),
        answers=read_answers(tables["attribute_answer"]),
        names=names,
        times=times,
    )
    objects = frame_objects(tables["object_annotation"], contents)
    ranges = read_ranges(tables["object_range"])
    drawn = spaces_of_drawn(objects)
    spaces, scene_labels = spaces_and_scene_labels(contents, objects, ranges)
    # A multilayer image keeps its objects in a space of its own.
    on_frames = {} if ROOT in spaces else objects.get(ROOT, {})
    entry: JsonObject = {
        "label_hash": row["label_hash"],
        "branch_name": row["branch_name"],
        # The listing has microseconds, labels have whole seconds.
        "created_at": times[None if row["created_at"] is None else row["created_at"] // 1_000_000 * 1_000_000],
        "last_edited_at": times[row["labels_last_edited_at"]],
        "data_hash": row["data_hash"],
        "dataset_hash": unit["dataset_hash"],
        "dataset_title": unit["dataset_title"],
        "data_title": unit["title"],
        "data_type": contents.data_type,
        "annotation_task_status": row["annotation_task_status"],
        "is_shadow_data": row["is_shadow_data"],
        "object_answers": object_answers(contents, ranges, drawn),
        "classification_answers": classification_answers(
            tables["classification_instance"], tables["classification_range"], contents
        ),
        "object_actions": object_actions(contents, ranges, drawn),
        "label_status": row["label_status"],
        "data_units": data_units(unit, rows.data_frames, on_frames, scene_labels),
        "spaces": spaces,
    }
    if contents.is_event_based:
        entry["scene"] = {"isContinuous": True}
    if row["is_valid"] is False:
        entry["is_valid"] = False  # the SDK takes a row for valid if it does not say so
    return entry
