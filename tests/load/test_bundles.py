"""write_bundle: label rows are replaced whole, with their state, and only the ones that may be."""

from datetime import datetime, timedelta

import pyarrow as pa
import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.load import Warehouse
from tests.load.warehouse_rows import (
    EDITED,
    PROJECT,
    SAME,
    everything,
    labels,
    listing,
    many_annotations,
    places,
    read,
    rows,
    states,
    stored_state,
    together,
)

CHILDREN = "SELECT count(*), max(x) FROM object_annotation WHERE label_hash = 'label-1'"


def test_a_bundle_says_what_it_wrote(warehouse: Warehouse) -> None:
    warehouse.upsert_metadata(PROJECT, listing([("video-1", "main", "label-1")]), SAME)
    written = warehouse.write_bundle(PROJECT, labels("label-1"), states("label-1"), [], "run-1")
    assert written.rows_by_table == {
        "object_instance": 1,
        "object_annotation": 3,
        "classification_instance": 1,
        "classification_range": 1,
        "attribute_answer": 1,
    }
    assert written.failures == ()
    [row] = read(warehouse, "SELECT object_count, annotation_count, classification_count, run_id FROM label_row")
    assert row == (1, 3, 1, "run-1")


def test_a_label_row_is_replaced_whole_and_others_stay(filled: Warehouse) -> None:
    others = "SELECT * FROM object_annotation WHERE label_hash = 'label-2' ORDER BY frame"
    before = read(filled, others)
    moved = labels("label-1", frames=[5], x=0.75)
    filled.write_bundle(PROJECT, moved, states("label-1", content_hash="content-2", annotation_count=1), [], "run-2")
    assert read(filled, CHILDREN) == [(1, 0.75)]
    assert read(filled, others) == before
    stored = stored_state(filled)
    assert (stored["video-1/main"]["content_hash"], stored["video-1/anna"]["content_hash"]) == (
        "content-2",
        "content-1",
    )


def test_the_same_bundle_twice_leaves_the_same_rows(filled: Warehouse) -> None:
    before = everything(filled)
    bundle = together(labels("label-1"), labels("label-2", x=0.5, feature_hash="bus"))
    filled.write_bundle(PROJECT, bundle, states("label-1", "label-2"), [], "run-1")
    assert everything(filled) == before


def test_labels_that_became_empty_lose_all_their_rows(filled: Warehouse) -> None:
    filled.write_bundle(PROJECT, {}, states("label-1", annotation_count=0), [], "run-2")
    assert read(filled, CHILDREN) == [(0, None)]
    assert stored_state(filled)["video-1/main"]["annotation_count"] == 0


@pytest.mark.engines("duckdb", "postgresql")
def test_unchanged_content_sets_the_state_and_writes_no_row(filled: Warehouse) -> None:
    before = places(filled, "object_annotation")
    later = EDITED + timedelta(hours=1)
    unchanged = states(
        "label-1", content_is_new=False, synced_last_edited_at=later, annotation_count=None, object_count=None
    )
    assert filled.write_bundle(PROJECT, labels("label-1", x=0.9), unchanged, [], "run-2").rows_by_table == {}
    assert places(filled, "object_annotation") == before
    stored = stored_state(filled)["video-1/main"]
    assert (stored["synced_last_edited_at"], stored["annotation_count"]) == (later, 3)
    assert read(filled, "SELECT run_id FROM label_row WHERE label_hash = 'label-1'") == [("run-1",)]


@pytest.mark.parametrize("force", [False, True])
def test_older_labels_never_overwrite_newer_ones_unless_forced(filled: Warehouse, force: bool) -> None:
    older = states("label-1", labels_last_edited_at=EDITED - timedelta(days=1), content_hash="older", force=force)
    newer = states("label-2", labels_last_edited_at=EDITED + timedelta(days=1), content_hash="newer")
    bundle = together(labels("label-1", frames=[0]), labels("label-2", frames=[0]))
    written = filled.write_bundle(PROJECT, bundle, pa.concat_tables([older, newer]), [], "run-2")
    stored = stored_state(filled)
    assert stored["video-1/anna"]["content_hash"] == "newer"
    if force:
        assert written.failures == ()
        assert stored["video-1/main"]["content_hash"] == "older"
        assert read(filled, CHILDREN) == [(1, 0.25)]
    else:
        [failure] = written.failures
        assert (failure.label_hash, failure.kind) == ("label-1", ErrorKind.OUTDATED)
        assert stored["video-1/main"]["content_hash"] == "content-1"
        assert stored["video-1/main"]["has_failed"]
        assert read(filled, CHILDREN) == [(3, 0.25)]
        assert read(filled, "SELECT kind, run_id FROM sync_failure") == [("outdated", "run-2")]


@pytest.mark.parametrize("listed", [EDITED - timedelta(days=1), EDITED - timedelta(days=1, seconds=-1), None])
def test_labels_are_outdated_only_if_the_listing_says_so(filled: Warehouse, listed: datetime | None) -> None:
    arriving = (EDITED - timedelta(days=1)).replace(microsecond=0)
    entry = listing([("video-1", "main", "label-1")], last_edited_at=listed)
    filled.upsert_metadata(PROJECT, entry, SAME)
    restored = states("label-1", labels_last_edited_at=arriving, content_hash="restored")
    written = filled.write_bundle(PROJECT, labels("label-1", frames=[0]), restored, [], "run-2")
    is_restored = listed == EDITED - timedelta(days=1)
    assert [failure.kind for failure in written.failures] == ([] if is_restored else [ErrorKind.OUTDATED])
    assert read(filled, CHILDREN) == [(1 if is_restored else 3, 0.25)]


def test_a_doubled_key_fails_its_label_row_only(filled: Warehouse) -> None:
    doubled = labels("label-1", frames=[4, 4, 5], x=0.9)
    written = filled.write_bundle(
        PROJECT, together(doubled, labels("label-2", x=0.9)), states("label-1", "label-2"), [], "run-2"
    )
    [failure] = written.failures
    assert failure.label_hash == "label-1"
    assert "object_annotation" in failure.message
    assert "frame 4" in failure.message
    assert read(filled, CHILDREN) == [(3, 0.25)]
    assert read(filled, "SELECT max(x) FROM object_annotation WHERE label_hash = 'label-2'") == [(0.9,)]
    assert stored_state(filled)["video-1/main"]["has_failed"]


def test_a_missing_value_fails_its_label_row_only(filled: Warehouse) -> None:
    nameless = labels("label-1", x=0.9)
    nameless["object_instance"] = rows("object_instance", {"label_hash": "label-1", "object_hash": "object-1"})
    written = filled.write_bundle(
        PROJECT, together(nameless, labels("label-2", x=0.9)), states("label-1", "label-2"), [], "run-2"
    )
    assert [failure.label_hash for failure in written.failures] == ["label-1"]
    assert "no feature_hash" in written.failures[0].message
    assert read(filled, "SELECT label_hash, max(x) FROM object_annotation GROUP BY 1 ORDER BY 1") == [
        ("label-1", 0.25),
        ("label-2", 0.9),
    ]


@pytest.mark.parametrize(
    ("child", "parent"),
    [
        ("object_annotation", "object_instance (object_hash object-1)"),
        ("object_range", "object_instance (object_hash object-1)"),
        ("classification_range", "classification_instance (classification_hash classification-1)"),
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_a_row_that_refers_to_none_fails_its_label_row_only(
    filled: Warehouse, child: str, parent: str, known: bool
) -> None:
    if not known:
        filled.tombstone(PROJECT, [f"{PROJECT}/video-1/main"], EDITED)
    before = read(filled, "SELECT * FROM object_annotation WHERE label_hash = 'label-1' ORDER BY frame")
    orphans = {name: rows for name, rows in labels("label-1", x=0.9).items() if name in {child, "data_space"}}
    if child == "object_range":
        place = {"label_hash": "label-1", "object_hash": "object-1", "space_id": "root", "position": 0}
        orphans = {child: rows(child, {**place, "range_unit": "millisecond"})}
    assert child in orphans
    written = filled.write_bundle(
        PROJECT, together(orphans, labels("label-2", x=0.9)), states("label-1", "label-2"), [], "run-2"
    )
    [failure] = written.failures
    assert failure.label_hash == "label-1"
    assert f"a row of {child} has no row of {parent}" in failure.message
    assert read(filled, "SELECT * FROM object_annotation WHERE label_hash = 'label-1' ORDER BY frame") == before
    assert read(filled, "SELECT max(x) FROM object_annotation WHERE label_hash = 'label-2'") == [(0.9,)]


def test_what_only_the_engine_refuses_fails_its_label_row_only(filled: Warehouse) -> None:
    unreadable = labels("label-1", x=0.9)
    answers = unreadable["attribute_answer"]
    not_utf8 = pa.Array.from_buffers(pa.string(), 1, pa.array([b"ge\xffheim"]).buffers())
    unreadable["attribute_answer"] = answers.set_column(
        answers.column_names.index("answer_text"), "answer_text", not_utf8
    )
    bundle = together(unreadable, labels("label-2", x=0.9))
    written = filled.write_bundle(
        PROJECT, bundle, states("label-1", "label-2"), [("label-3", "missing", "Not in the answer.")], "run-2"
    )
    assert [failure.label_hash for failure in written.failures] == ["label-1"]
    assert "heim" not in written.failures[0].message
    assert read(filled, "SELECT label_hash, max(x) FROM object_annotation GROUP BY 1 ORDER BY 1") == [
        ("label-1", 0.25),
        ("label-2", 0.9),
    ]
    assert written.rows_by_table["object_annotation"] == 3
    assert read(filled, "SELECT label_hash FROM sync_failure ORDER BY 1") == [("label-1",), ("label-3",)]


def test_rows_of_label_rows_without_a_state_are_not_written(filled: Warehouse) -> None:
    filled.write_bundle(PROJECT, together(labels("label-1"), labels("label-2", x=0.9)), states("label-1"), [], "run-2")
    assert read(filled, "SELECT DISTINCT x FROM object_annotation WHERE label_hash = 'label-2'") == [(0.5,)]


@pytest.mark.parametrize(
    ("bad_states", "said"),
    [
        (states("label-1", "label-77"), "label-77"),
        (states("label-1", "label-1"), "twice"),
        (states("label-1").drop_columns(["content_is_new"]), "content_is_new"),
    ],
)
def test_states_that_cannot_be_kept_are_refused(filled: Warehouse, bad_states: pa.Table, said: str) -> None:
    before = everything(filled)
    with pytest.raises(ConnectorError, match=said) as caught:
        filled.write_bundle(PROJECT, labels("label-1", x=0.9), bad_states, [], "run-2")
    assert caught.value.kind is ErrorKind.INTERNAL
    assert everything(filled) == before


def _frames(data_hash: str, title: str, count: int = 2) -> pa.Table:
    return rows(
        "data_frame",
        *(
            {"project_hash": PROJECT, "data_hash": data_hash, "frame": frame, "title": f"{title}-{frame}"}
            for frame in range(count)
        ),
    )


def test_frames_of_a_data_unit_are_replaced_and_kept_once_for_all_its_branches(filled: Warehouse) -> None:
    bundle = together(labels("label-1"), labels("label-2"))
    bundle["data_frame"] = pa.concat_tables([_frames("video-1", "old", 3), _frames("video-1", "old", 3)])
    written = filled.write_bundle(PROJECT, bundle, states("label-1", "label-2"), [], "run-2")
    assert written.rows_by_table["data_frame"] == 3
    bundle["data_frame"] = _frames("video-1", "new")
    filled.write_bundle(PROJECT, bundle, states("label-1", "label-2"), [], "run-3")
    assert read(filled, "SELECT frame, title FROM data_frame ORDER BY frame") == [(0, "new-0"), (1, "new-1")]


def test_frame_numbers_reach_the_longest_frame(filled: Warehouse) -> None:
    longest = "SELECT count(*), min(frame), max(frame) FROM frame_number"
    assert read(filled, longest) == [(30, 0, 29)], "the data units' frame_count"
    filled.write_bundle(PROJECT, labels("label-1", frames=[0, 44]), states("label-1"), [], "run-2")
    assert read(filled, longest) == [(45, 0, 44)]
    seconds = labels("label-1", frames=[10**12])
    filled.write_bundle(PROJECT, seconds, states("label-1", is_event_based=True), [], "run-3")
    assert read(filled, longest) == [(45, 0, 44)], "nanoseconds are no frames"
    ranges = labels("label-1")
    end = ranges["classification_range"].column_names.index("frame_end")
    ranges["classification_range"] = ranges["classification_range"].set_column(end, "frame_end", pa.array([99]))
    filled.write_bundle(PROJECT, ranges, states("label-1"), [], "run-4")
    assert read(filled, longest) == [(100, 0, 99)]


def test_a_hundred_thousand_annotations_go_in_and_are_replaced(filled: Warehouse) -> None:
    count = 100_000
    bundle = labels("label-1") | {"object_annotation": many_annotations("label-1", count)}
    assert (
        filled.write_bundle(PROJECT, bundle, states("label-1"), [], "run-2").rows_by_table["object_annotation"] == count
    )
    bundle["object_annotation"] = many_annotations("label-1", count, x=0.125)
    filled.write_bundle(PROJECT, bundle, states("label-1", content_hash="content-2"), [], "run-3")
    assert read(filled, CHILDREN) == [(count, 0.125)]
