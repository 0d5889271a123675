"""A small project of many small label rows, and a client with hardly any patience: what the source's tests talk to."""

from typing import Any

from connector.sample import SampleServer, SampleWorld
from connector.source.connection.settings import SourceSettings

PROJECT_HASH = "0f4a4c1e-5c3b-4c39-9c7e-8f1f7a0c1d2e"
ONTOLOGY_HASH = "7d9b2f60-1a34-4e0c-a6d5-2b8c9e4f1a3d"
DATASET_HASH = "aa1c0d52-93b7-4f5d-8a0e-5f60b7c8d9e0"
STAGE_UUID = "cccccccc-0000-4000-8000-000000000001"
EDITED_AT = "2026-03-01T10:00:00.123456"


def data_hash_of(number: int) -> str:
    return f"dddddddd-0000-4000-8000-{number:012d}"


def label_hash_of(number: int) -> str:
    return f"bbbbbbbb-0000-4000-8000-{number:012d}"


def listing_entry(number: int, label_hash: str | None) -> dict[str, Any]:
    return {
        "label_hash": label_hash,
        "created_at": EDITED_AT,
        "last_edited_at": EDITED_AT,
        "branch_name": "main",
        "data_hash": data_hash_of(number),
        "group_hash": None,
        "dataset_hash": DATASET_HASH,
        "dataset_title": "Gate camera",
        "data_title": f"image-{number:04d}.jpg",
        "data_type": "IMAGE",
        "data_link": None,
        "label_status": "NOT_LABELLED",
        "annotation_task_status": None,
        "workflow_graph_node": {"uuid": STAGE_UUID, "title": "Annotate"},
        "is_shadow_data": False,
        "number_of_frames": 1,
        "duration": None,
        "frames_per_second": None,
        "width": 640,
        "height": 480,
        "spaces": {},
        "task_uuid": "eeeeeeee-0000-4000-8000-000000000001",
        "priority": 0.5,
        "client_metadata": None,
        "images_data": None,
        "file_type": "image/jpeg",
        "is_valid": True,
        "backing_item_uuid": "ffffffff-0000-4000-8000-000000000001",
        "assigned_user_email": None,
        "last_actioned_by_user_email": None,
    }


def label_row(number: int, note: str = "") -> dict[str, Any]:
    box = {
        "name": "Cow",
        "color": "#D33115",
        "shape": "bounding_box",
        "value": "cow",
        "objectHash": "Zm9vYmFy",
        "featureHash": "Q293LWJv",
        "createdAt": "Sun, 01 Mar 2026 09:00:00 UTC",
        "createdBy": "ines@example.com",
        "confidence": 1.0,
        "manualAnnotation": True,
        "boundingBox": {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4},
    }
    answers = [{"name": "Note", "value": "note", "featureHash": "Tm90ZS10", "answers": note, "manualAnnotation": True}]
    return {
        "label_hash": label_hash_of(number),
        "branch_name": "main",
        "created_at": "2026-03-01 09:00:00",
        "last_edited_at": "2026-03-01 10:00:00",
        "dataset_hash": DATASET_HASH,
        "dataset_title": "Gate camera",
        "data_title": f"image-{number:04d}.jpg",
        "data_hash": data_hash_of(number),
        "data_type": "image",
        "label_status": "NOT_LABELLED",
        "annotation_task_status": None,
        "is_valid": True,
        "data_units": {
            data_hash_of(number): {
                "data_hash": data_hash_of(number),
                "data_title": f"image-{number:04d}.jpg",
                "data_type": "image/jpeg",
                "data_link": None,
                "data_sequence": 0,
                "width": 640,
                "height": 480,
                "labels": {"objects": [box], "classifications": []},
            }
        },
        "object_answers": {"Zm9vYmFy": {"objectHash": "Zm9vYmFy", "classifications": answers if note else []}},
        "object_actions": {},
        "classification_answers": {},
        "spaces": {},
    }


def image_world(rows: int, unopened: int = 0, note: str = "") -> SampleWorld:
    """A project of `rows` opened images and `unopened` ones that nobody has opened."""
    world = SampleWorld()
    opened: list[dict[str, Any]] = [
        {"metadata": listing_entry(n, label_hash_of(n)), "labels": label_row(n, note)} for n in range(rows)
    ]
    never: list[dict[str, Any]] = [
        {"metadata": listing_entry(n, None), "labels": None} for n in range(rows, rows + unopened)
    ]
    project = {
        "projectHash": PROJECT_HASH,
        "projectType": "workflow",
        "status": "active",
        "title": "Gate camera",
        "description": "",
        "createdAt": "2026-02-01T08:00:00Z",
        "creatorEmail": "ines@example.com",
        "lastEditedAt": "2026-02-01T08:00:00Z",
        "ontologyHash": ONTOLOGY_HASH,
        "editorOntology": {"objects": [], "classifications": []},
        "userRole": 0,
        "sourceProjects": None,
        "workflowManagerUuid": "cccccccc-0000-4000-8000-000000000000",
        "workflow": {"stages": [{"stageType": "ANNOTATION", "uuid": STAGE_UUID, "title": "Annotate"}]},
    }
    shape = {"id": "1", "name": "Cow", "color": "#D33115", "shape": "bounding_box", "featureNodeHash": "Q293LWJv"}
    ontology = {
        "ontologyUuid": ONTOLOGY_HASH,
        "title": "Gate",
        "description": "",
        "editor": {"objects": [shape], "classifications": []},
        "createdAt": "2026-02-01T08:00:00Z",
        "lastEditedAt": "2026-02-01T08:00:00Z",
        "userRole": 0,
    }
    world.add_project(project, ontology, opened + never)
    return world


def settings_for(server: SampleServer, **options: object) -> SourceSettings:
    """Settings with hardly any wait between attempts."""
    chosen: dict[str, Any] = {
        "ssh_key": server.world.private_key,
        "domain": server.domain,
        "retry_wait_seconds": 0.01,
        "retry_wait_max_seconds": 0.05,
        "retry_attempts": 3,
        **options,
    }
    return SourceSettings(**chosen)
