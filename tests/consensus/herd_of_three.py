"""Data units of project herd with branches of annotators, made by hand."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from connector.load import Warehouse
from tests.views.herd import (
    LONG_AGO,
    add_answers,
    add_classification,
    add_data_unit,
    add_label_row,
    add_project,
    insert,
)

STAGES = {"annotate": "CONSENSUS_ANNOTATION", "review": "CONSENSUS_REVIEW", "done": "DONE"}
MANY_FRAMES = 64


class Drawn(NamedTuple):
    """An object on a frame: its class and its extent (x_min, y_min, x_max, y_max), and geometry that says more."""

    object_hash: str
    extent: tuple[float, float, float, float]
    frame: int = 0
    feature_hash: str = "cow"
    shape: str = "bounding_box"
    geometry: str | None = None


class Answered(NamedTuple):
    """A question answered on a frame: an option, several, or a text."""

    frame: int
    options: tuple[str, ...] = ()
    text: str | None = None
    feature_hash: str = "day"


Label = Drawn | Answered


def add_herd(warehouse: Warehouse) -> None:
    """The project, its stages, its frame numbers."""
    add_project(warehouse)
    insert(
        warehouse,
        "workflow_stage",
        *(
            {"project_hash": "herd", "stage_uuid": name, "stage_type": stage_type, "title": name, "position": place}
            for place, (name, stage_type) in enumerate(STAGES.items())
        ),
    )
    insert(warehouse, "frame_number", *({"frame": frame} for frame in range(MANY_FRAMES)))


def add_unit(
    warehouse: Warehouse,
    data_hash: str,
    stage: str,
    branches: Mapping[str, Sequence[Label] | None],
    *,
    submitted: Mapping[str, str] | None = None,
    is_event_based: bool = False,
) -> None:
    """A data unit with its branches; one whose labels are None was never opened.

    `submitted` is what the consensus task says: branch name → status; its annotator is the branch's last letter.
    """
    add_data_unit(warehouse, data_hash, "video", frame_count=MANY_FRAMES)
    for branch_name, labels in branches.items():
        label_hash = None if labels is None else f"{data_hash}/{branch_name}"
        hashes = {each.object_hash for each in labels or () if isinstance(each, Drawn)}
        answers = [each for each in labels or () if isinstance(each, Answered)]
        add_label_row(
            warehouse,
            label_hash,
            data_hash=data_hash,
            branch_name=branch_name,
            workflow_stage_uuid=stage,
            object_count=len(hashes) if label_hash else None,
            classification_count=len(answers) if label_hash else None,
            is_event_based=is_event_based,
            annotation_count=sum(isinstance(each, Drawn) for each in labels or ()),
            content_hash=f"content of {label_hash}" if label_hash else None,
            last_edited_at=LONG_AGO if label_hash else None,
        )
        if label_hash:
            _add_objects(warehouse, label_hash, [each for each in labels or () if isinstance(each, Drawn)])
            for place, answer in enumerate(answers):
                _add_answer(warehouse, label_hash, f"c{place}", answer)
    for branch_name, status in (submitted or {}).items():
        insert(
            warehouse,
            "consensus_task_branch",
            {
                "project_hash": "herd",
                "data_hash": data_hash,
                "branch_name": branch_name,
                "annotator_email": branch_name[-1],
                "stage_uuid": "annotate",
                "stage_type": "CONSENSUS_ANNOTATION",
                "subtask_status": status,
                "first_seen": LONG_AGO,
                "last_seen": LONG_AGO,
            },
        )
    warehouse.refresh_matches("herd")


def _add_objects(warehouse: Warehouse, label_hash: str, drawn: Sequence[Drawn]) -> None:
    if not drawn:
        return
    instances = {each.object_hash: each for each in drawn}.values()
    insert(
        warehouse,
        "object_instance",
        *(
            {
                "label_hash": label_hash,
                "object_hash": each.object_hash,
                "feature_hash": each.feature_hash,
                "shape": each.shape,
            }
            for each in instances
        ),
    )
    names = ("x_min", "y_min", "x_max", "y_max")
    insert(
        warehouse,
        "object_annotation",
        *(
            {
                "label_hash": label_hash,
                "object_hash": each.object_hash,
                "space_id": "root",
                "frame": each.frame,
                **dict(zip(names, each.extent, strict=True)),
                "x": each.extent[0],
                "y": each.extent[1],
                "width": each.extent[2] - each.extent[0],
                "height": each.extent[3] - each.extent[1],
                "geometry": each.geometry,
                "created_by": f"maker of {label_hash}",
            }
            for each in drawn
        ),
    )


def _add_answer(warehouse: Warehouse, label_hash: str, classification_hash: str, answer: Answered) -> None:
    add_classification(warehouse, label_hash, classification_hash, answer.feature_hash, (answer.frame, answer.frame))
    rows = [{"option_feature_hash": option} for option in answer.options]
    if answer.text is not None:
        rows = [{"answer_text": answer.text}]
    add_answers(
        warehouse,
        label_hash,
        classification_hash,
        f"{answer.feature_hash}-question",
        *rows,
        owner_kind="classification",
    )
