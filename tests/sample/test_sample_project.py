"""The sample project: all its label rows load in the SDK's object model, and it is the same for the same seed."""

from collections import Counter

import pytest
from encord import EncordUserClient
from encord.objects import LabelRowV2, Option, RadioAttribute
from encord.workflow import ConsensusAnnotationStage, ConsensusReviewStage

from connector.sample import SampleProject, SampleServer, build_sample_world
from connector.sample.farm.sample_project import SIZES
from connector.sample.world.archived import label_blobs

from .conftest import client_of


@pytest.fixture(scope="module")
def loaded() -> dict[tuple[str, str], LabelRowV2]:
    """Every opened label row of the sample project in the SDK's object model, by title and annotator (or main)."""
    world = build_sample_world("small", seed=7)
    with SampleServer(world) as server:
        read = client_of(server).get_project(world.project_hash)
        rows = read.list_label_rows_v2(include_all_label_branches=True)
        opened = [row for row in rows if row.label_hash]
        with read.create_bundle() as bundle:
            for row in opened:
                row.initialise_labels(bundle=bundle)
        assert server.requests.writes() == []
    annotators = world.projects[world.project_hash].branch_annotators
    return {
        (row.data_title, annotators.get((str(row.data_hash), row.branch_name), (row.branch_name, True))[0]): row
        for row in opened
    }


def test_every_object_annotation_and_answer_can_be_read(loaded: dict[tuple[str, str], LabelRowV2]) -> None:
    shapes: Counter[str] = Counter()
    answer_types = set()
    for row in loaded.values():
        for instance in row.get_object_instances():
            shapes[instance.ontology_item.shape.value] += len(instance.get_annotations())
            for attribute in instance.ontology_item.attributes:
                answer = instance.get_answer(attribute)
                if answer not in (None, []):
                    answer_types.add((attribute.get_property_type().value, attribute.dynamic))
        for space in row.get_spaces():
            for seen in space.get_object_instances():
                shapes[seen.ontology_item.shape.value] += len(list(space.get_annotations(type_="object")))
                assert seen.object_hash
    everything = {
        *("bounding_box", "rotatable_bounding_box", "polygon", "polyline", "point", "skeleton", "bitmask", "circle"),
        *("ellipse", "cuboid_2d", "cuboid", "audio", "text", "segmentation"),
    }
    assert {shape for shape, count in shapes.items() if count} == everything
    assert {
        (kind, is_dynamic) for kind in ("radio", "checklist", "text", "numeric") for is_dynamic in (True, False)
    } <= (answer_types)


def test_every_data_type_is_there_and_one_video_was_never_opened(server: SampleServer, project: SampleProject) -> None:
    read = client_of(server).get_project(project.project_hash)
    rows = read.list_label_rows_v2(include_all_label_branches=True)
    types = {row.data_type.value for row in rows}
    assert types == {"video", "image", "img_group", "dicom", "pdf", "audio", "plain_text", "group", "scene"}
    assert "barn-north-night.mp4" in {row.data_title for row in rows if row.label_hash is None}


def test_classifications_hold_on_ranges_and_on_whole_files(loaded: dict[tuple[str, str], LabelRowV2]) -> None:
    video = loaded["barn-east-001.mp4", "main"].get_classification_instances()
    questions = Counter(instance.ontology_item.attributes[0].name for instance in video)
    assert questions["Barn light"] == 2
    assert questions["Recording usable"] == 1
    artificial = next(instance for instance in video if _label(instance.get_answer()) == "Artificial")
    lamp = artificial.ontology_item.get_child_by_title("Lamp", type_=RadioAttribute)
    assert _label(artificial.get_answer(lamp)) == "LED"
    sound = loaded["barn-night.wav", "main"].get_classification_instances()
    assert [instance.get_answer() for instance in sound] == ["quiet night, one cough"]


def test_three_annotators_disagree_until_consensus(loaded: dict[tuple[str, str], LabelRowV2]) -> None:
    people = ("amelie.fischer@example.com", "jonas.weber@example.com", "priya.nair@example.com")
    branches = [loaded["calving-pen-002.mp4", person] for person in people]
    assert len({row.branch_name for row in branches}) == 3
    assert all(row.branch_name.startswith("encord-") for row in branches)
    drawn = [Counter(instance.object_name for instance in row.get_object_instances()) for row in branches]
    assert drawn[0] != drawn[2]  # an object is missed, and calves are taken for cows
    assert drawn[0]["Calf"] > drawn[2]["Calf"]
    boxes = [
        {repr(instance.get_annotations()[0].coordinates) for instance in row.get_object_instances()} for row in branches
    ]
    assert not boxes[0] & boxes[1]
    light = [
        [
            _label(instance.get_answer())
            for instance in row.get_classification_instances()
            if instance.ontology_item.attributes[0].name == "Barn light"
        ]
        for row in branches
    ]
    assert light[0] == light[1] == ["Daylight", "Artificial"]
    assert light[2] == ["Daylight", "Dark"]


def _label(answer: object) -> str | None:
    return answer.label if isinstance(answer, Option) else None


def test_main_is_empty_until_consensus_is_reached(loaded: dict[tuple[str, str], LabelRowV2]) -> None:
    assert ("calving-pen-001.mp4", "main") not in loaded
    assert loaded["calving-pen-002.mp4", "main"].get_object_instances() == []
    chosen = loaded["calving-pen-003.mp4", "amelie.fischer@example.com"].get_object_instances()
    reached = loaded["calving-pen-003.mp4", "main"].get_object_instances()
    assert {instance.object_hash for instance in reached} == {instance.object_hash for instance in chosen}


def test_a_model_has_a_branch_of_its_own(loaded: dict[tuple[str, str], LabelRowV2]) -> None:
    predicted = [
        annotation
        for instance in loaded["barn-yard-003.mp4", "herd-detector-v2"].get_object_instances()
        for annotation in instance.get_annotations()
    ]
    assert len(predicted) > 100
    assert all(not annotation.manual_annotation and annotation.confidence < 1 for annotation in predicted)


def test_stage_tasks_name_the_annotator_of_each_branch(client: EncordUserClient, project: SampleProject) -> None:
    workflow = client.get_project(project.project_hash).workflow
    annotating = list(workflow.get_stage(name="Consensus annotate", type_=ConsensusAnnotationStage).get_tasks())
    assert [task.data_title for task in annotating] == ["calving-pen-001.mp4"]
    named = {(subtask.label_branch_name, subtask.assignee, subtask.status.value) for subtask in annotating[0].subtasks}
    known = {
        (branch, email, "COMPLETED" if is_submitted else "ASSIGNED")
        for (data_hash, branch), (email, is_submitted) in project.branch_annotators.items()
        if data_hash == str(annotating[0].data_hash)
    }
    assert named == known
    (reviewing,) = workflow.get_stage(name="Consensus review", type_=ConsensusReviewStage).get_tasks()
    assert {str(option.label_hash) for option in reviewing.options} <= set(project.label_hashes)
    assert len(reviewing.options) == 3


def _everything(project: SampleProject) -> list[bytes]:
    return [
        part
        for row in project.rows.values()
        for part in (
            row.entry_json(with_client_metadata=True, with_images=True, with_workflow=True),
            row.labels_json(frozenset()) if row.label_hash else b"",
        )
    ]


def test_the_same_seed_makes_the_same_project() -> None:
    first, second, other = (build_sample_world("small", seed=seed) for seed in (3, 3, 4))
    assert first.key.public_hex == second.key.public_hex != other.key.public_hex
    assert first.project_hash == second.project_hash != other.project_hash
    assert _everything(first.projects[first.project_hash]) == _everything(second.projects[second.project_hash])
    assert not set(_everything(first.projects[first.project_hash])) & set(
        filter(None, _everything(other.projects[other.project_hash]))
    )


@pytest.mark.parametrize(("size", "expected"), [("small", 5_000), ("medium", 50_000)])
def test_sizes_hold_what_they_promise(size: str, expected: int) -> None:
    world = build_sample_world(size)
    rows = [row for row in world.projects[world.project_hash].rows.values() if row.label_hash]
    count = sum(len(blob["objects"]) for row in rows for blob in label_blobs(row.labels))
    assert expected * 0.85 < count < expected * 1.25
    assert set(SIZES) == {"small", "medium", "large"}
