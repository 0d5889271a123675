"""What is told of a label row that cannot be read: which field holds what, and where. Golden examples, and every field.

The text of a label never is in a message.
"""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connector.normalise.label_rows.bundle import normalise_label_rows
from connector.normalise.ontology import Ontology
from tests.normalise.rows import SCHEMAS, Json, answer, box, label_row, listing_entry, unit, warnings
from tests.normalise.test_bad_rows import EDITOR, good, normalise_rows

FIRST = "data_units/unit-hash/labels/1/objects/0"
SECRET = "what a person typed"


def first_object(labels: Json) -> Json:
    found: Json = labels["data_units"]["unit-hash"]["labels"]["1"]["objects"][0]
    return found


def confidence_is_text(labels: Json) -> None:
    first_object(labels)["confidence"] = SECRET


def number_is_huge(labels: Json) -> None:
    first_object(labels)["objectNumber"] = 1 << 63


def key_is_no_frame(labels: Json) -> None:
    labels["data_units"]["unit-hash"]["labels"]["first"] = {"objects": [box()]}


def answer_without_feature_hash(labels: Json) -> None:
    del labels["object_answers"]["obj1"]["classifications"][0]["featureHash"]


def option_is_text(labels: Json) -> None:
    labels["classification_answers"]["c1"]["classifications"][0]["answers"] = [SECRET]


def hash_is_null(labels: Json) -> None:
    first_object(labels)["objectHash"] = None


FAILURES: list[tuple[Callable[[Json], None], str]] = [
    (confidence_is_text, f"confidence is text, not a number (object obj1, in {FIRST})"),
    (
        number_is_huge,
        "objectNumber is a number of more than 64 bits, not a whole number of at most 64 bits (object obj1",
    ),
    (key_is_no_frame, "first is a key, and not the number of a frame (in data_units/unit-hash/labels)"),
    (answer_without_feature_hash, "featureHash is missing (object obj1, in object_answers/obj1/classifications/0)"),
    (option_is_text, "entry 0 is text, not an object (answer to attribute kind, in classification_answers/c1/"),
    (hash_is_null, f"objectHash is null (in {FIRST})"),
]


@pytest.mark.parametrize(("break_row", "message"), FAILURES, ids=[case[0].__name__ for case in FAILURES])
def test_a_failure_names_field_kind_and_place(break_row: Callable[[Json], None], message: str) -> None:
    bad = good("row-0")
    for labels in bad["data_units"]["unit-hash"]["labels"].values():
        labels["objects"][0]["objectNumber"] = 1
    break_row(bad)
    # The number of an instance is that of its first frame.
    bad["data_units"]["unit-hash"]["labels"] = dict(reversed(bad["data_units"]["unit-hash"]["labels"].items()))
    [(label_hash, told)] = normalise_rows(bad, good("row-1")).failures
    assert label_hash == "row-0"
    assert told.startswith(f"Label row row-0 is not of Encord's format: {message}"), told
    assert told.endswith("What was stored of it stays. Correct it where it comes from; the next run tries it again.")
    assert SECRET not in told


WARNINGS: list[tuple[Json, str]] = [
    (
        {"boundingBox": {"x": None, "y": 1, "w": 1, "h": 1}},
        "unreadable bounding_box of object o: boundingBox.x is null",
    ),
    (
        {"boundingBox": {"x": "a", "y": 1, "w": 1, "h": 1}},
        "bounding_box of object o: boundingBox.x is text, not a number",
    ),
    ({"shape": "polygon"}, "unreadable polygon of object o: polygon is missing"),
    (
        {"shape": "polyline", "polyline": {"0": {"x": 1}}},
        "unreadable polyline of object o: polyline.0.y is missing",
    ),
    ({"shape": "bitmask", "bitmask": SECRET}, "unreadable bitmask of object o: bitmask is text, not an object"),
    ({"shape": "hexagon"}, "unknown shape: hexagon"),
    ({"createdAt": SECRET}, "time that cannot be read: createdAt is text that is not a time (object o, in data_units/"),
    ({"lastEditedAt": 5}, "time that cannot be read: lastEditedAt is a number that is not a time (object o, in "),
]


@pytest.mark.parametrize(("change", "warning"), WARNINGS, ids=[warning for _, warning in WARNINGS])
def test_a_warning_names_field_kind_and_place(change: Json, warning: str) -> None:
    bad = label_row(labels={"0": {"objects": [{**box("o"), **change}], "classifications": []}}, label_hash="row-0")
    bundle = normalise_rows(bad)
    assert bundle.failures == []
    assert any(warning in told for told in warnings(bundle)), warnings(bundle)
    assert SECRET not in str(warnings(bundle))


def rows_of_many_kinds() -> dict[str, Json]:
    image = unit("image", {"objects": [box()], "classifications": []}, data_hash="image", data_sequence=0)
    audio_answers = {
        "o": {
            "objectHash": "o",
            "featureHash": "box",
            "objectNumber": 1,
            "createdAt": "2023-02-09 14:12:03",
            "createdBy": "ann@example.com",
            "confidence": 1.0,
            "manualAnnotation": True,
            "range": [[0, 5]],
            "classifications": [answer("words", "hi")],
        }
    }
    space = {
        "space_type": "video",
        "width": 10,
        "height": 10,
        "number_of_frames": 3,
        "data_fps": 5.0,
        "data_duration": 1.0,
        "child_info": {"layout_key": "left", "file_name": "a.mp4"},
        "labels": {"0": {"objects": [box()], "classifications": []}},
    }
    group = label_row("group", data_units={"u": {"labels": {}}}, spaces={"s": space}, label_hash="row")
    return {
        "video": good("row"),
        "image": label_row("image", data_units={"u": image}, label_hash="row"),
        "img_group": label_row("img_group", data_units={"u": image}, label_hash="row"),
        "audio": label_row("audio", object_answers=audio_answers, label_hash="row"),
        "group": group,
        "dicom": label_row(
            "dicom",
            {"0": {"objects": [box()], "metadata": {"width": 1, "height": 1, "dicom_instance_uid": "1.2"}}},
            label_hash="row",
        ),
    }


WRONG: list[Any] = [None, SECRET, 1.5, 1 << 63, True, [], [SECRET], [1], {}, {"a": SECRET}]


def changed(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], object]]:
    """Every way to put something else at one place of a value, and to leave one key out."""
    if path:
        for wrong in WRONG:
            yield path, wrong
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key, "left out"), None
            yield from changed(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from changed(item, (*path, place))


def with_change(labels: Json, path: tuple[str | int, ...], wrong: object) -> Json:
    labels = copy.deepcopy(labels)
    is_left_out = path[-1] == "left out"
    *outer, last = path[:-1] if is_left_out else path
    place: Any = labels
    for key in outer:
        place = place[key]
    if is_left_out:
        del place[last]
    else:
        place[last] = wrong
    return labels


@pytest.mark.parametrize("kind", rows_of_many_kinds())
def test_whatever_is_wrong_is_named(kind: str) -> None:
    """Each field in turn is something else or left out: if the row fails, the message names the field."""
    labels = rows_of_many_kinds()[kind]
    ontology, tried = Ontology.from_structure(EDITOR), 0
    for path, wrong in changed(labels):
        bad = with_change(labels, path, wrong)
        entry = listing_entry(kind, label_hash="row")
        failures = normalise_label_rows([(entry, bad)], ontology, SCHEMAS, project_hash="p").failures
        tried += len(failures)
        for _, told in failures:
            named = [key for key in path if key != "left out" and not isinstance(key, int)]
            # Columns that hold ids are named as in the tables: object_hash for objectHash, image_hash in groups.
            shown = told.replace("image_hash", "data_hash").replace("_", "").lower()
            assert named[-1].replace("_", "").lower() in shown, (path, wrong, told)
            assert "please report" not in told, (path, wrong, told)
            assert SECRET not in told
    assert tried > 50
