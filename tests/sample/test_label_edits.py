"""Edits of labels between two reads: what moves, and what the SDK then sees."""

import pytest
from encord import EncordUserClient
from encord.objects import LabelRowV2
from encord.objects.coordinates import BoundingBoxCoordinates

from connector.sample import SampleProject
from connector.sample.world.label_pen import answered
from connector.sample.world.sample_label_row import SampleLabelRow

VIDEO = "barn-east-001.mp4"


@pytest.fixture
def video(project: SampleProject) -> SampleLabelRow:
    return project.row_named(VIDEO)


def _loaded(client: EncordUserClient, project: SampleProject, title: str = VIDEO) -> LabelRowV2:
    row = client.get_project(project.project_hash).list_label_rows_v2(data_title_eq=title)[0]
    row.initialise_labels()
    return row


def _first_cow(row: LabelRowV2) -> str:
    return next(instance.object_hash for instance in row.get_object_instances() if instance.object_name == "Cow")


def test_moving_a_box_moves_the_time_of_its_row_alone(
    client: EncordUserClient, project: SampleProject, video: SampleLabelRow
) -> None:
    times = {row.key: row.metadata["last_edited_at"] for row in project.rows.values()}
    before = _loaded(client, project)
    cow = _first_cow(before)
    count = project.move_box(str(video.label_hash), cow, x=0.05, y=0.0)
    after = _loaded(client, project)
    old, new = (next(each for each in row.get_object_instances() if each.object_hash == cow) for row in (before, after))
    assert count == len(new.get_annotations())
    for was, is_now in zip(old.get_annotations(), new.get_annotations(), strict=True):
        assert isinstance(was.coordinates, BoundingBoxCoordinates)
        assert isinstance(is_now.coordinates, BoundingBoxCoordinates)
        assert is_now.coordinates.top_left_x == round(was.coordinates.top_left_x + 0.05, 4)
        assert is_now.last_edited_by == "lena.brandt@example.com"
    moved = {row.key for row in project.rows.values() if row.metadata["last_edited_at"] != times[row.key]}
    assert moved == {video.label_hash}
    assert video.metadata["last_edited_at"] > times[str(video.label_hash)]


def test_one_frame_can_be_moved_alone(project: SampleProject, video: SampleLabelRow) -> None:
    frames = next(iter(video.labels["data_units"].values()))["labels"]
    cow = frames["50"]["objects"][0]["objectHash"]
    assert project.move_box(str(video.label_hash), cow, frame=50) == 1
    with pytest.raises(LookupError):
        project.move_box(str(video.label_hash), cow, frame=10_000)


def test_objects_classifications_and_answers_can_be_added(
    client: EncordUserClient, project: SampleProject, video: SampleLabelRow
) -> None:
    before = _loaded(client, project)
    calf, light = project.class_named("Calf"), project.class_named("Camera trouble")
    box = {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}
    added = project.add_object(str(video.label_hash), calf["featureNodeHash"], {3: box, 4: box})
    age = calf["attributes"][0]
    project.answer_attribute(str(video.label_hash), added, answered(age, [age["options"][1]]))
    question = light["attributes"][0]
    ticked = answered(question, question["options"][:1])
    classified = project.add_classification(str(video.label_hash), light["featureNodeHash"], [ticked], [[80, 82]])
    after = _loaded(client, project)
    instance = next(each for each in after.get_object_instances() if each.object_hash == added)
    assert [annotation.frame for annotation in instance.get_annotations()] == [3, 4]
    assert getattr(instance.get_answer(instance.ontology_item.attributes[0]), "label", None) == "Older"
    new = {each.classification_hash for each in after.get_classification_instances()}
    assert new - {each.classification_hash for each in before.get_classification_instances()} == {classified}
    project.delete_object(str(video.label_hash), added)
    assert added not in {each.object_hash for each in _loaded(client, project).get_object_instances()}


def test_a_first_opening_gives_a_label_hash(client: EncordUserClient, project: SampleProject) -> None:
    unopened = project.row_named("barn-north-night.mp4")
    assert unopened.label_hash is None
    label_hash = project.open_data_unit(unopened.data_hash)
    row = _loaded(client, project, "barn-north-night.mp4")
    assert row.label_hash == label_hash
    assert row.get_object_instances() == []
    with pytest.raises(ValueError, match="open already"):
        project.open_data_unit(unopened.data_hash)


@pytest.mark.parametrize("title", ["pasture-06.jpg"])
def test_images_can_be_opened_too(client: EncordUserClient, project: SampleProject, title: str) -> None:
    project.open_data_unit(project.row_named(title).data_hash)
    assert _loaded(client, project, title).get_object_instances() == []


def test_a_branch_starts_empty_or_as_a_copy(
    client: EncordUserClient, project: SampleProject, video: SampleLabelRow
) -> None:
    empty = project.add_branch(video.data_hash, "pre-labels-v1")
    copied = project.add_branch(video.data_hash, "export-2025", is_copy_of_main=True)
    listed = client.get_project(project.project_hash).list_label_rows_v2(
        label_hashes=[empty, copied], include_all_label_branches=True
    )
    for row in listed:
        row.initialise_labels()
    by_branch = {row.branch_name: {each.object_hash for each in row.get_object_instances()} for row in listed}
    assert by_branch["pre-labels-v1"] == set()
    assert by_branch["export-2025"] == {each.object_hash for each in _loaded(client, project).get_object_instances()}
    assert {"pre-labels-v1", "export-2025"} <= set(project.branch_names)


def test_the_clock_is_deterministic_and_never_stands_still(project: SampleProject, video: SampleLabelRow) -> None:
    seen = []
    for _ in range(3):
        project.save_labels(str(video.label_hash))
        seen.append(video.metadata["last_edited_at"])
    assert seen == sorted(set(seen))
    assert seen[0] == "2025-03-03T07:37:11.318024"
