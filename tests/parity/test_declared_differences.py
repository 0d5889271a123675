"""Where the tables say something else than the SDK on purpose: each case, what the SDK says, and what the tables say.

What the oracle words differently on purpose, and what the generators do not make because of it. Nothing else may
differ; classifications of before 2026 are in test_legacy_classifications.
"""

from copy import deepcopy
from typing import Any

from encord.objects.spaces.annotation.global_annotation import _GlobalClassificationAnnotation
from encord.objects.spaces.multiframe_space.multiframe_space import MultiFrameSpace

from tests.parity.comparison import normalised_facts
from tests.parity.facts import Facts, differences
from tests.parity.oracle import sdk_facts
from tests.parity.raw_rows import empty_labels, listing_entry
from tests.parity.sdk_row import load_sdk_row

Raw = dict[str, Any]

OPTIONS = [
    {"id": f"1.1.{number}", "label": name, "value": name, "featureNodeHash": name, "archived": False}
    for number, name in enumerate(("left", "right"), 1)
]
SHOWN = {"id": "1.1", "name": "Shown", "type": "checklist", "featureNodeHash": "SHOWN", "required": False}
NOTE = {"id": "1.2", "name": "Note", "type": "text", "featureNodeHash": "NOTE", "required": False, "dynamic": True}
EDITOR: Raw = {
    "objects": [
        {
            "id": "1",
            "name": "Cow",
            "color": "#000000",
            "shape": "bounding_box",
            "featureNodeHash": "COW",
            "attributes": [{**SHOWN, "dynamic": True, "options": OPTIONS}, NOTE],
        }
    ],
    "classifications": [
        {
            "id": "1",
            "featureNodeHash": "WEATHER",
            "attributes": [{**SHOWN, "featureNodeHash": "SKY", "options": OPTIONS}],
        }
    ],
}
VIDEO_SPACE: Raw = {
    "space_type": "video",
    "child_info": {"layout_key": "front", "file_name": "front.mp4", "data_link": None},
    "number_of_frames": 12,
    "width": 640,
    "height": 480,
    "data_duration": 0.48,
    "data_fps": 25.0,
}
POINT_CLOUD_SPACE: Raw = {
    "space_type": "point_cloud",
    "scene_info": {"stream_id": "lidar", "event_index": 0, "uri": "lidar/0.pcd"},
}


def both(entry: Raw, labels: Raw) -> tuple[Facts, Facts]:
    """What the SDK says, and what the tables say."""
    [tables] = normalised_facts([(entry, labels)], EDITOR)
    return sdk_facts(load_sdk_row(entry, labels, EDITOR), labels), tables


def cow(**more: object) -> Raw:
    box = {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}
    return {
        "objectHash": "cow",
        "featureHash": "COW",
        "name": "Cow",
        "shape": "bounding_box",
        "boundingBox": box,
        **more,
    }


def weather(classification_hash: str, **placement: object) -> Raw:
    answer = {"classificationHash": classification_hash, "featureHash": "WEATHER", "classifications": [], **placement}
    return {classification_hash: answer}


def on_space(space_id: str, *ranges: tuple[int, int]) -> Raw:
    return {space_id: {"type": "frame", "range": [list(part) for part in ranges]}}


def video_row(*actions: Raw) -> tuple[Raw, Raw]:
    entry = listing_entry("video", frames=20)
    labels = empty_labels(entry)
    labels["data_units"][entry["data_hash"]]["labels"] = {"3": {"objects": [cow()], "classifications": []}}
    labels["object_answers"] = {"cow": {"objectHash": "cow", "classifications": []}}
    labels["object_actions"] = {"cow": {"objectHash": "cow", "actions": list(actions)}}
    return entry, labels


def group_row(**spaces: Raw) -> tuple[Raw, Raw]:
    entry = listing_entry("group", frames=1, spaces={name: {**space, "labels": {}} for name, space in spaces.items()})
    return entry, empty_labels(entry)


def action(feature_hash: str, answers: object, *ranges: list[int], **more: object) -> Raw:
    return {"featureHash": feature_hash, "answers": answers, "range": list(ranges), "dynamic": True, **more}


def test_metadata_that_is_not_given_is_null_where_the_sdk_makes_it_up() -> None:
    entry, labels = video_row()
    annotation = load_sdk_row(entry, labels, EDITOR).get_object_instances()[0].get_annotations()[0]
    assert annotation.created_at is not None
    assert annotation.confidence == 1.0
    _, tables = both(entry, labels)
    said = tables["annotation"]["cow", "root", 3]
    assert isinstance(said, dict)
    assert {said[name] for name in ("created_at", "last_edited_at", "confidence", "is_manual")} == {None}


def test_overlapping_entries_of_a_dynamic_checklist_are_united_where_the_sdk_loses_the_tail() -> None:
    left = [{"featureHash": "left"}]
    entry, labels = video_row(action("SHOWN", left, [0, 10]), action("SHOWN", left, [5, 15]))
    instance = load_sdk_row(entry, labels, EDITOR).get_object_instances()[0]
    answers: Any = instance.get_answer(instance.ontology_item.attributes[0])
    assert [(part.start, part.end) for answer in answers for part in answer.ranges] == [(0, 10)]
    _, tables = both(entry, labels)
    rows: Any = tables["answer"]["object", "cow", "root", "SHOWN"]
    assert [(row["option"], row["frame_start"], row["frame_end"]) for row in rows] == [("left", 0, 15)]


def test_two_options_that_meet_on_a_frame_are_both_ticked_there_where_the_sdk_loses_one() -> None:
    entry, labels = video_row(
        action("SHOWN", [{"featureHash": "left"}], [0, 10]), action("SHOWN", [{"featureHash": "right"}], [10, 12])
    )
    _, tables = both(entry, labels)
    rows: Any = tables["answer"]["object", "cow", "root", "SHOWN"]
    assert [(row["option"], row["frame_start"], row["frame_end"]) for row in rows] == [
        ("left", 0, 9),
        ("left", 10, 10),
        ("right", 10, 10),
        ("right", 11, 12),
    ]


def test_a_dynamic_answer_for_one_space_stays_on_it_where_the_sdk_forgets_the_space() -> None:
    entry, labels = group_row(front=VIDEO_SPACE, back=VIDEO_SPACE)
    for space in labels["spaces"].values():
        space["labels"] = {"0": {"objects": [cow()], "classifications": []}}
    labels["object_answers"] = {"cow": {"objectHash": "cow", "classifications": []}}
    actions = [action("NOTE", "seen", [0, 2], spaceId="front"), action("NOTE", "hidden", [1, 3], spaceId="back")]
    labels["object_actions"] = {"cow": {"objectHash": "cow", "actions": actions}}
    sdk, tables = both(entry, labels)
    for space in ("front", "back"):
        rows: Any = sdk["answer"]["object", "cow", space, "NOTE"]
        assert [(row["text"], row["frame_start"], row["frame_end"]) for row in rows] == [
            ("seen", 0, 0),
            ("hidden", 1, 3),
        ]
    assert set(tables["answer"]) == {("object", "cow", "front", "NOTE"), ("object", "cow", "back", "NOTE")}


def test_a_class_twice_on_frames_of_a_space_is_kept_where_the_sdk_keeps_the_later_one() -> None:
    entry, labels = group_row(front=VIDEO_SPACE)
    labels["classification_answers"] = {
        **weather("early", spaces=on_space("front", (0, 3))),
        **weather("late", spaces=on_space("front", (2, 5))),
    }
    space = load_sdk_row(entry, labels, EDITOR).get_spaces()[0]
    assert isinstance(space, MultiFrameSpace)
    kept = [note.frame for note in space.get_annotations("classification") if note.classification_hash == "early"]
    assert kept == [0, 1]
    _, tables = both(entry, labels)
    assert tables["placement"]["early", "front"] == [{"frame_start": 0, "frame_end": 3, "range_unit": "frame"}]
    assert tables["placement"]["late", "front"] == [{"frame_start": 2, "frame_end": 5, "range_unit": "frame"}]


def test_a_classification_on_a_space_that_the_row_does_not_have_is_kept() -> None:
    entry, labels = group_row(front=VIDEO_SPACE)
    labels["classification_answers"] = weather("lost", spaces=on_space("gone", (0, 3)))
    sdk, tables = both(entry, labels)
    assert not sdk["classification"]
    assert tables["placement"]["lost", "gone"] == [{"frame_start": 0, "frame_end": 3, "range_unit": "frame"}]


def test_a_classification_on_a_point_cloud_is_kept_where_the_sdk_does_not_read_what_it_wrote() -> None:
    entry = listing_entry("scene", frames=4, spaces={"lidar/0.pcd": {**POINT_CLOUD_SPACE, "labels": {}}})
    labels = empty_labels(entry)
    labels["classification_answers"] = weather("seen", spaces=on_space("lidar/0.pcd"), range=[])
    sdk, tables = both(entry, labels)
    assert not sdk["classification"]
    whole = {"frame_start": None, "frame_end": None, "range_unit": "whole"}
    assert tables["placement"]["seen", "lidar/0.pcd"] == [whole]


def test_a_classification_on_a_picture_lies_on_its_frame_where_the_sdk_takes_it_for_the_whole() -> None:
    picture = {"space_type": "image", "child_info": VIDEO_SPACE["child_info"], "width": 640, "height": 480}
    entry, labels = group_row(front=picture)
    labels["classification_answers"] = weather("seen", spaces=on_space("front", (0, 0)))
    [annotation] = load_sdk_row(entry, labels, EDITOR).get_spaces()[0].get_annotations("classification")
    assert isinstance(annotation, _GlobalClassificationAnnotation)
    _, tables = both(entry, labels)
    assert tables["placement"]["seen", "front"] == [{"frame_start": 0, "frame_end": 0, "range_unit": "frame"}]


def test_the_deleted_flag_is_kept_on_spaces_where_the_sdk_drops_it() -> None:
    entry, labels = group_row(front=VIDEO_SPACE)
    labels["spaces"]["front"]["labels"] = {"2": {"objects": [cow(isDeleted=True)], "classifications": []}}
    _, tables = both(entry, labels)
    said: Any = tables["annotation"]["cow", "front", 2]
    assert said["is_deleted"] is True


def test_nothing_else_differs_in_these_rows() -> None:
    """Without what is peculiar about them the rows of this module read the same on both sides."""
    entry, labels = video_row(action("SHOWN", [{"featureHash": "left"}], [0, 10]), action("NOTE", "seen", [5, 15]))
    assert differences(*both(entry, labels)) == []
    entry, labels = group_row(front=VIDEO_SPACE)
    labels["classification_answers"] = weather("seen", spaces=on_space("front", (0, 3), (5, 5)))
    before = deepcopy(labels)
    assert differences(*both(entry, labels)) == []
    assert labels == before
