"""The fingerprint moves with the labels, and with nothing else."""

import copy
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from connector.source.label_rows.content_hash import content_hash
from tests.source.world import data_hash_of, label_row


def rich_row() -> dict[str, Any]:
    row = label_row(1, note="calm")
    unit = row["data_units"][data_hash_of(1)]
    blob = {"objects": unit["labels"]["objects"], "classifications": []}
    metadata = {"dicom_instance_uid": "1.2.3", "file_uri": "https://storage.example.com/1?signature=a", "width": 640}
    unit["labels"] = {"0": {**blob, "metadata": metadata}, "10": blob}
    unit["data_links"] = ["https://storage.example.com/1?signature=a"]
    info = {"layout_key": "left", "file_name": "a.png", "data_link": "https://storage.example.com/2?signature=a"}
    row["spaces"] = {"s": {"space_type": "image", "child_info": info, "labels": {"0": blob}}}
    row["scene"] = {"isContinuous": False, "streams": [{"uri": "https://storage.example.com/3?sig=a", "id": "lidar"}]}
    row["object_actions"] = {"Zm9vYmFy": {"objectHash": "Zm9vYmFy", "actions": []}}
    return row


def unit_of(row: dict[str, Any]) -> dict[str, Any]:
    unit: dict[str, Any] = row["data_units"][data_hash_of(1)]
    return unit


def box_of(row: dict[str, Any]) -> dict[str, Any]:
    box: dict[str, Any] = unit_of(row)["labels"]["0"]["objects"][0]
    return box


SAME: dict[str, Callable[[dict[str, Any]], object]] = {
    "link": lambda row: unit_of(row).update(data_link="https://storage.example.com/1?signature=b"),
    "links": lambda row: unit_of(row).update(data_links=[]),
    "frame link": lambda row: unit_of(row)["labels"]["0"]["metadata"].update(file_uri="s3://other"),
    "space link": lambda row: row["spaces"]["s"]["child_info"].update(data_link=None),
    "scene link": lambda row: row["scene"]["streams"][0].update(uri="https://storage.example.com/3?sig=b"),
    "unknown signed link": lambda row: unit_of(row).update(thumbnail="https://x.example.com/a?X-Amz-Signature=b"),
    "title": lambda row: row.update(data_title="renamed"),
    "status": lambda row: row.update(label_status="LABELLED", is_valid=False, last_edited_at="2027-01-01 00:00:00"),
    "order of keys": lambda row: row.update(
        data_units={k: dict(reversed(v.items())) for k, v in row["data_units"].items()}
    ),
    "reviews elsewhere": lambda row: row.update(export_hash="x", video_link="y"),
}
OTHER: dict[str, Callable[[dict[str, Any]], object]] = {
    "coordinate": lambda row: box_of(row)["boundingBox"].update(x=0.1000000001),
    "class": lambda row: box_of(row).update(featureHash="other"),
    "editor": lambda row: box_of(row).update(lastEditedBy="eve@example.com"),
    "frame": lambda row: unit_of(row)["labels"].update({"11": unit_of(row)["labels"].pop("10")}),
    "object gone": lambda row: unit_of(row)["labels"]["0"]["objects"].clear(),
    "frame fact": lambda row: unit_of(row)["labels"]["0"]["metadata"].update(width=641),
    "unit fact": lambda row: unit_of(row).update(width=641),
    "static answer": lambda row: row["object_answers"]["Zm9vYmFy"]["classifications"][0].update(answers="wild"),
    "dynamic answer": lambda row: row["object_actions"]["Zm9vYmFy"]["actions"].append({"range": [[0, 1]]}),
    "classification": lambda row: row["classification_answers"].update({"c": {"classificationHash": "c"}}),
    "space": lambda row: row["spaces"]["s"]["labels"].clear(),
    "space fact": lambda row: row["spaces"]["s"]["child_info"].update(layout_key="right"),
    "scene": lambda row: row["scene"].update(isContinuous=True),
}


def test_the_same_labels_have_the_same_hash() -> None:
    fingerprint = content_hash(rich_row())
    assert fingerprint == content_hash(orjson.loads(orjson.dumps(rich_row())))
    assert len(fingerprint) == 32


@pytest.mark.parametrize("name", SAME)
def test_links_and_titles_do_not_move_it(name: str) -> None:
    row = rich_row()
    if name == "unknown signed link":
        unit_of(row)["thumbnail"] = "https://x.example.com/a?X-Amz-Signature=a"
    before = content_hash(copy.deepcopy(row))
    SAME[name](row)
    assert content_hash(row) == before


@pytest.mark.parametrize("name", OTHER)
def test_labels_and_facts_move_it(name: str) -> None:
    row = rich_row()
    OTHER[name](row)
    assert content_hash(row) != content_hash(rich_row())


def test_the_row_is_left_as_it_was() -> None:
    row = rich_row()
    content_hash(row)
    assert row == rich_row()
