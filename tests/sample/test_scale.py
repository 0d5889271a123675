"""Rows for benches: quick to make and to list, and real to the SDK."""

import time
from dataclasses import replace

import pytest
from encord.objects.coordinates import BoundingBoxCoordinates

from bench.large_worlds.drawing import CLASS_NAMES
from bench.large_worlds.scale import Scale, add_scale_project, build_scale_world
from connector.sample import SampleServer, SampleWorld
from connector.sample.server.listing_filters import list_label_rows
from connector.sample.world.clock import label_time, read_time

from .conftest import client_of


@pytest.mark.parametrize("shape", sorted(CLASS_NAMES))
@pytest.mark.parametrize("annotations", [6, 95])
def test_rows_of_every_shape_hold_what_was_asked_for(shape: str, annotations: int) -> None:
    world = build_scale_world(Scale(rows=3, annotations=annotations, shapes=(shape,), unopened_share=1 / 3))
    with SampleServer(world) as server:
        rows = client_of(server).get_project(world.project_hash).list_label_rows_v2()
        assert [row.label_hash is None for row in rows] == [False, False, True]
        for row in rows[:2]:
            row.initialise_labels()
            instances = row.get_object_instances()
            assert sum(len(instance.get_annotations()) for instance in instances) == annotations
            assert {instance.ontology_item.shape.value for instance in instances} == {shape}
            for instance in instances:
                for attribute in instance.ontology_item.attributes:
                    instance.get_answer(attribute)
        assert not {each.object_hash for each in rows[0].get_object_instances()} & {
            each.object_hash for each in rows[1].get_object_instances()
        }


def test_a_listing_of_a_hundred_thousand_rows_takes_about_a_second() -> None:
    project = next(iter(build_scale_world(Scale(rows=100_000, annotations=20))))
    started = time.process_time()
    entries = list_label_rows(project, {"include_all_label_branches": True, "include_workflow_graph_node": True})
    seconds = time.process_time() - started
    assert len({entry for _, entry in entries}) == 100_000
    assert seconds < 5  # about 0.8 s on an idle core; the margin is for slow machines


def test_rows_can_be_edited_like_others() -> None:
    world = SampleWorld()
    project = add_scale_project(world, Scale(rows=5, annotations=50))
    label_hash = project.label_hashes[3]
    first = project.row(label_hash)
    untouched = project.row(project.label_hashes[0]).labels_json(frozenset())
    before = first.labels_json(frozenset())
    assert project.move_box(label_hash, next(iter(first.labels["object_answers"]))) == 5
    assert first.labels_json(frozenset()) != before
    with SampleServer(world) as server:
        read = client_of(server).get_project(project.project_hash)
        (listed,) = read.list_label_rows_v2(edited_after="2025-02-01")
        assert listed.label_hash == label_hash
    assert project.row(project.label_hashes[0]).labels_json(frozenset()) == untouched


def test_branches_hold_the_same_things_drawn_a_little_differently() -> None:
    world = build_scale_world(Scale(rows=2, annotations=40, objects=4, branches=3, templates=1))
    project = world.projects[world.project_hash]
    assert project.branch_names == ["main", *(f"encord-annotator-{number}" for number in (1, 2, 3))]
    with SampleServer(world) as server:
        rows = client_of(server).get_project(world.project_hash).list_label_rows_v2(include_all_label_branches=True)
        opened = [row for row in rows if row.label_hash]
        assert {row.branch_name for row in rows if row.label_hash is None} == {"main"}
        assert len(opened) == len({row.label_hash for row in opened}) == 6
        assert len({row.data_title for row in rows}) == 2
        boxes, hashes = {}, set()
        for row in opened:
            row.initialise_labels()
            instances = row.get_object_instances()
            hashes |= {instance.object_hash for instance in instances}
            first = instances[0].get_annotations()[0].coordinates
            assert isinstance(first, BoundingBoxCoordinates)
            boxes[row.data_title, row.branch_name] = (first.top_left_x, first.top_left_y)
        assert len(hashes) == 24
        assert len(set(boxes.values())) == 3
        spread = [max(values) - min(values) for values in zip(*boxes.values(), strict=True)]
        assert max(spread) < 0.05


def test_a_dynamic_answer_changes_as_often_as_wanted() -> None:
    world = build_scale_world(Scale(rows=1, annotations=100, objects=1, dynamic_frames=7))
    with SampleServer(world) as server:
        (row,) = client_of(server).get_project(world.project_hash).list_label_rows_v2()
        row.initialise_labels()
        (cow,) = row.get_object_instances()
        posture = next(each for each in cow.ontology_item.attributes if each.title == "Posture")
        answers = cow.get_answer(posture)
        assert isinstance(answers, list)
        ranges = sorted((part.start, part.end) for answer in answers for part in answer.ranges)
        assert ranges == [(start, min(start + 6, 99)) for start in range(0, 100, 7)]


def test_an_edited_row_stays_edited_when_it_is_packed() -> None:
    world = build_scale_world(Scale(rows=1, annotations=6, objects=3))
    project = world.projects[world.project_hash]
    (label_hash,) = project.label_hashes
    row = project.row(label_hash)
    before = row.labels_json(frozenset())
    project.save_labels(label_hash)
    edited = row.labels_json(frozenset())
    row.pack()
    assert before != edited == row.labels_json(frozenset())
    assert row.labels["last_edited_at"] in edited.decode()


def test_listing_and_labels_name_the_same_time() -> None:
    world = build_scale_world(Scale(rows=3, annotations=6, objects=3))
    for row in world.projects[world.project_hash].rows.values():
        listed = read_time(row.metadata["last_edited_at"])
        assert row.labels["last_edited_at"] == label_time(listed)


def test_branches_may_also_classify_their_videos_each_a_little_differently() -> None:
    scale = Scale(rows=2, annotations=40, objects=4, branches=3, templates=1)
    without = build_scale_world(scale)
    world = build_scale_world(replace(scale, with_classifications=True))
    label_hash = next(each for each in world.projects[world.project_hash].label_hashes if each)
    objects = [w.projects[w.project_hash].row(label_hash).labels["object_answers"] for w in (without, world)]
    assert objects[0] == objects[1]
    with SampleServer(world) as server:
        rows = client_of(server).get_project(world.project_hash).list_label_rows_v2(include_all_label_branches=True)
        said = set()
        for row in rows:
            if row.label_hash:
                row.initialise_labels()
                instances = row.get_classification_instances()
                assert len(instances) == 4
                said.add((row.branch_name, str([instance.range_list for instance in instances])))
    assert len(said) == 3
