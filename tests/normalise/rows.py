"""Builders of listing entries, label rows and frame objects in Encord's format, and helpers that read tables."""

import copy
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from connector.load.tables import METADATA, arrow_schema
from connector.normalise.label_rows.bundle import NormalisedBundle, normalise_label_rows
from connector.normalise.ontology import Ontology

SCHEMAS: dict[str, pa.Schema] = {name: arrow_schema(table) for name, table in METADATA.tables.items()}
SAMPLES = Path(__file__).parents[3] / "shared" / "encord-samples"

Json = dict[str, Any]


def attribute(feature_hash: str, answer_type: str, options: Sequence[Json] = (), *, dynamic: bool = False) -> Json:
    """An attribute of an ontology structure."""
    return {
        "id": "1.1",
        "name": f"question {feature_hash}",
        "type": answer_type,
        "featureNodeHash": feature_hash,
        "required": False,
        "dynamic": dynamic,
        **({"options": list(options)} if options else {}),
    }


def option(feature_hash: str, nested: Sequence[Json] = ()) -> Json:
    """An option of an ontology structure."""
    return {
        "id": "1.1.1",
        "label": f"option {feature_hash}",
        "value": feature_hash,
        "featureNodeHash": feature_hash,
        **({"options": list(nested)} if nested else {}),
    }


def object_class(feature_hash: str, shape: str, attributes: Sequence[Json] = (), number: int = 1) -> Json:
    """An object class of an ontology structure."""
    return {
        "id": str(number),
        "name": f"class {feature_hash}",
        "color": "#D33115",
        "shape": shape,
        "featureNodeHash": feature_hash,
        "attributes": list(attributes),
    }


def classification_class(feature_hash: str, attributes: Sequence[Json], number: int = 1, **extra: str) -> Json:
    """A classification class of an ontology structure; `level="global"` makes it global."""
    return {"id": str(number), "featureNodeHash": feature_hash, "attributes": list(attributes), **extra}


def structure(objects: Sequence[Json] = (), classifications: Sequence[Json] = ()) -> Json:
    """The `editor` dict of an ontology."""
    return {"objects": list(objects), "classifications": list(classifications), "skeleton_templates": []}


METADATA_KEYS: Json = {
    "createdAt": "Tue, 17 Jan 2023 17:23:10 UTC",
    "createdBy": "ann@example.com",
    "lastEditedAt": "Wed, 18 Jan 2023 17:23:24 GMT",
    "lastEditedBy": "bob@example.com",
    "confidence": 1,
    "manualAnnotation": True,
}


def frame_object(object_hash: str, feature_hash: str, shape: str, geometry: Json, **extra: object) -> Json:
    """An object on a frame."""
    return {
        "name": "stale name",
        "color": "#000000",
        "value": "stale_name",
        "shape": shape,
        "objectHash": object_hash,
        "featureHash": feature_hash,
        **METADATA_KEYS,
        **geometry,
        **extra,
    }


def box(object_hash: str = "obj1", feature_hash: str = "box", x: float = 0.1, **extra: object) -> Json:
    """A bounding box on a frame."""
    geometry = {"boundingBox": {"x": x, "y": 0.2, "w": 0.3, "h": 0.4}}
    return frame_object(object_hash, feature_hash, "bounding_box", geometry, **extra)


def answer(feature_hash: str, answers: object, **extra: object) -> Json:
    """An answer of a flat answer list; a list of option hashes becomes the options' dicts."""
    if isinstance(answers, list):
        answers = [{"name": item, "value": item, "featureHash": item} for item in answers]
    return {
        "name": "question",
        "value": "question",
        "featureHash": feature_hash,
        "answers": answers,
        "manualAnnotation": True,
        **extra,
    }


def action(feature_hash: str, answers: object, ranges: Sequence[Sequence[int]], **extra: object) -> Json:
    """A dynamic answer of object_actions."""
    given = [list(pair) for pair in ranges]
    return answer(feature_hash, answers, dynamic=True, range=given, shouldPropagate=False, **extra)


def frames(objects_by_frame: Mapping[int, Sequence[Json]]) -> Json:
    """The labels of a video."""
    return {str(frame): {"objects": list(items), "classifications": []} for frame, items in objects_by_frame.items()}


def unit(data_type: str = "video", labels: Json | None = None, **extra: object) -> Json:
    """A data unit."""
    mime = {"video": "video/mp4", "image": "image/png", "audio": "audio/mpeg", "plain_text": "text/plain"}
    return {
        "data_hash": "unit-hash",
        "data_title": "a title",
        "data_link": "a link",
        "data_type": mime.get(data_type, data_type),
        "data_sequence": 0,
        "width": 200,
        "height": 100,
        "data_fps": 25.0,
        "data_duration": 4.0,
        "audio_codec": "mp3",
        "audio_sample_rate": 44100,
        "audio_bit_depth": 16,
        "audio_num_channels": 2,
        "labels": {} if labels is None else labels,
        **extra,
    }


def label_row(data_type: str = "video", labels: Json | None = None, **extra: object) -> Json:
    """A raw label row of one data unit."""
    return {
        "label_hash": "label-hash",
        "branch_name": "main",
        "created_at": "2023-02-09 14:12:03",
        "last_edited_at": "2023-02-09 14:12:03",
        "dataset_hash": "dataset-hash",
        "dataset_title": "a dataset",
        "data_title": "a title",
        "data_hash": "data-hash",
        "data_type": data_type,
        "label_status": "LABELLED",
        "annotation_task_status": "QUEUED",
        "is_valid": True,
        "data_units": {"unit-hash": unit(data_type, labels)},
        "object_answers": {},
        "object_actions": {},
        "classification_answers": {},
        "spaces": {},
        **extra,
    }


def listing_entry(data_type: str = "video", **extra: object) -> Json:
    """An entry of the listing."""
    return {
        "label_hash": "label-hash",
        "created_at": "2023-02-09T14:12:03.000000",
        "last_edited_at": "2023-03-21T11:03:52.573279",
        "branch_name": "main",
        "data_hash": "data-hash",
        "group_hash": None,
        "dataset_hash": "dataset-hash",
        "dataset_title": "a dataset",
        "data_title": "a title",
        "data_type": data_type.upper(),
        "data_link": None,
        "label_status": "LABELLED",
        "annotation_task_status": "QUEUED",
        "workflow_graph_node": {"uuid": "00000000-0000-5000-8000-000000000001", "title": "Annotate"},
        "is_shadow_data": False,
        "number_of_frames": 100,
        "duration": 4.0,
        "frames_per_second": 25.0,
        "width": 200,
        "height": 100,
        "audio_codec": None,
        "audio_sample_rate": None,
        "audio_bit_depth": None,
        "audio_num_channels": None,
        "spaces": {},
        "task_uuid": "00000000-0000-5000-8000-000000000002",
        "priority": 0.5,
        "client_metadata": None,
        "images_data": None,
        "file_type": "video/mp4",
        "is_valid": True,
        "backing_item_uuid": None,
        "assigned_user_email": None,
        "last_actioned_by_user_email": None,
        **extra,
    }


def normalise(editor: Json, *label_rows: Json, entry: Json | None = None) -> NormalisedBundle:
    """Normalise label rows that share one listing entry but for its hashes; checks that nothing was mutated."""
    pairs = []
    for labels in label_rows:
        listed = listing_entry(str(labels.get("data_type", "video"))) if entry is None else entry
        pairs.append(({**listed, "label_hash": labels.get("label_hash", listed["label_hash"])}, labels))
    before = copy.deepcopy(pairs)
    bundle = normalise_label_rows(pairs, Ontology.from_structure(editor), SCHEMAS, project_hash="project-hash")
    assert pairs == before
    for name, table in bundle.tables.items():
        assert table.schema == SCHEMAS[name]
    return bundle


def rows(bundle: NormalisedBundle, table: str, *columns: str) -> list[Any]:
    """The rows of a table: dicts, or tuples of some columns, or the values of one."""
    records: list[Json] = bundle.tables[table].to_pylist()
    if not columns:
        return records
    if len(columns) == 1:
        return [record[columns[0]] for record in records]
    return [tuple(record[column] for column in columns) for record in records]


def warnings(bundle: NormalisedBundle) -> list[str]:
    """All warnings of a bundle's label rows."""
    texts = bundle.facts.column("warnings").to_pylist()
    return [warning for text in texts if text is not None for warning in json.loads(text)]
