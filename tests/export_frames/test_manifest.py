"""What is saved, and what the manifest says of it; on both engines."""

from pathlib import Path

import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.load import Warehouse
from tests.export_frames.coded_video import HEIGHT, WIDTH, make_video, number_of
from tests.export_frames.conftest import LabelledHerd
from tests.views.herd import (
    add_answers,
    add_classification,
    add_label_row,
    add_object,
)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("video") / "video.file.mp4", options={"bf": "2"})


def two_branches(warehouse: Warehouse) -> None:
    """Cow o1 on frames 3 to 5 and 9 of main, with answers; cow o2 on frames 9 and 20 of ana; a question on 4 and 5."""
    add_object(warehouse, "one", "o1", [3, 4, 5, 9], confidence=0.5)
    add_answers(warehouse, "one", "o1", "cow-colour", {"option_feature_hash": "brown"})
    add_answers(
        warehouse,
        "one",
        "o1",
        "cow-pose",
        {"option_feature_hash": "lying", "frame_start": 3, "frame_end": 4},
        {"option_feature_hash": "standing", "frame_start": 5, "frame_end": 9},
    )
    add_classification(warehouse, "one", "c1", "day", (4, 5))
    add_answers(warehouse, "one", "c1", "day-question", {"option_feature_hash": "night"}, owner_kind="classification")
    add_label_row(warehouse, "two", branch_name="ana")
    add_object(warehouse, "two", "o2", [9, 20])


def test_the_labelled_frames_of_a_branch_are_saved_with_all_that_is_on_them(herd: LabelledHerd, video: Path) -> None:
    herd.fill(two_branches)
    saved = herd.export(video)
    assert (saved.images, saved.labels) == (4, 6)
    assert {frame: number_of(path) for frame, path in herd.images().items()} == {3: 3, 4: 4, 5: 5, 9: 9}
    assert sorted(path.name for path in (herd.out / "videos" / "video").iterdir()) == sorted(
        ["3.png", "4.png", "5.png", "9.png", "manifest.jsonl"]
    )
    lines = {line["frame"]: line for line in herd.manifest()}
    line = lines[4]
    assert (line["file"], line["seconds"]) == ("videos/video/4.png", pytest.approx(0.16))
    assert (line["image_width"], line["image_height"], line["is_damaged"]) == (WIDTH, HEIGHT, False)
    assert (line["project_hash"], line["data_hash"], line["data_title"]) == ("herd", "video", "video.file")
    assert (line["space_id"], line["branch"]) == ("root", "main")
    cow, day = line["labels"]
    attributes = cow.pop("attributes")
    assert cow == {
        "label_kind": "object",
        "branch_name": "main",
        "label_hash": "one",
        "object_hash": "o1",
        "object_name": "Cow",
        "feature_hash": "cow",
        "object_color": "#aa0000",
        "ontology_shape": "bounding_box",
        "x": 0.5,
        "y": 0.25,
        "width": 0.2,
        "height": 0.4,
        "x_pixels": 32.0,
        "y_pixels": 12.0,
        "width_pixels": pytest.approx(12.8),
        "height_pixels": pytest.approx(19.2),
        "confidence": 0.5,
    }
    answers = {attribute["name"]: attribute["answer"] for attribute in attributes}
    assert answers == {"Colour": "Brown", "Pose": "Lying"}
    assert {attribute["answer_feature_hash"] for attribute in attributes} == {"brown", "lying"}
    assert (day["classification_name"], day["classification_answer"]) == ("Day or night?", "Night")
    assert [len(lines[frame]["labels"]) for frame in (3, 4, 5, 9)] == [1, 2, 2, 1]


CHOICES = [
    ("frame BETWEEN 4 AND 9", "main", [4, 5, 9]),
    ("frame IN (3, 9, 20)", "main", [3, 9]),
    ("TRUE", "ana", [9, 20]),
    ("TRUE", "all", [3, 4, 5, 9, 20]),
    ("object_name = 'Cow' AND confidence > 0.4", "all", [3, 4, 5, 9]),
    ("attribute_name = 'Pose' AND attribute_answer = 'Standing' -- a remark", "main", [5, 9]),
    ("classification_answer = 'Night'", "main", [4, 5]),
    ("object_name LIKE 'C%' AND frame % 2 = 1 OR object_name = ';'", "main", [3, 5, 9]),
]


def test_the_condition_and_the_branch_choose_frames_and_labels(herd: LabelledHerd, video: Path) -> None:
    herd.fill(two_branches)
    for where, branch, frames in CHOICES:
        herd.export(video, where=where, branch=branch)
        assert sorted(herd.images()) == frames, where
        labels = [label for line in herd.manifest() for label in line["labels"]]
        if "object_name" in where or "attribute" in where:
            assert {label["label_kind"] for label in labels} == {"object"}, where
        if "Standing" in where:
            # The label is chosen by one of its answers, and told with all of them.
            assert [len(label["attributes"]) for label in labels] == [2, 2]
        if branch == "all" and where == "TRUE":
            on_nine = next(line for line in herd.manifest() if line["frame"] == 9)
            assert sorted(label["branch_name"] for label in on_nine["labels"]) == ["ana", "main"]


UNUSABLE = [
    ("no_such_column = 1", "no_such_column"),
    ("frame = = 3", "[Ss]yntax error"),
    ("object_name = 'Cow'; DELETE FROM label_row", "[Ss]yntax error|another statement"),
    ("TRUE); DELETE FROM label_row; SELECT (1", "another statement"),
    ("  ", "empty"),
    ("object_name = '$1'", "parameters"),
    ("CAST(object_name AS INTEGER) = 1", "does not convert"),
]


def test_a_condition_that_cannot_be_used_says_why(herd: LabelledHerd, video: Path) -> None:
    herd.fill(two_branches)
    for where, reason in UNUSABLE:
        with pytest.raises(ConnectorError, match=f"--where .*({reason})") as refused:
            herd.export(video, where=where)
        assert refused.value.kind is ErrorKind.CONFIGURATION
        assert "Cow" not in refused.value.message or "Cow" in where, "no text of a label"
    herd.export(video)
    assert len(herd.images()) == 4, "nothing was deleted"
