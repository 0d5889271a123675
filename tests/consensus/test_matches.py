"""The table of matched objects follows whatever its figures are made of, in the same transaction; and clusters."""

import itertools
import json
import random

import pytest

from connector.load import Warehouse
from connector.load.matching import consensus_matches
from connector.load.matching.compared_branches import MADE_OF_UNITS
from tests.consensus.herd_of_three import MANY_FRAMES, Drawn, add_herd, add_unit
from tests.views.herd import asked

Member = tuple[int, str, str]
"""An object on a frame: frame, branch, object hash."""

MATCHES = "SELECT frame, object_hash, other_object_hash, round(iou * 1e9) FROM consensus_object_match"


def assert_up_to_date(warehouse: Warehouse) -> int:
    """All tables hold what matching makes of the label rows now; returns how many matches."""
    kept = _held(warehouse)
    with warehouse.connection() as connection:
        for table in (*MADE_OF_UNITS, "consensus_match_rules"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    warehouse.refresh_matches("herd")
    assert _held(warehouse) == kept
    return len(kept["consensus_object_match"])


def _held(warehouse: Warehouse) -> dict[str, list[str]]:
    return {table: sorted(map(repr, asked(warehouse, f"SELECT * FROM {table}"))) for table in MADE_OF_UNITS}


def crowd(source: random.Random, annotators: str, frames: int, spread: float) -> dict[str, list[Drawn]]:
    """Things of one class beside and over one another, seen by several a little differently."""
    seen: dict[str, list[Drawn]] = {f"encord-{who}": [] for who in annotators}
    for frame in range(frames):
        for thing in range(10):
            x, y = source.uniform(0, 0.4), source.uniform(0, 0.4)
            for who in annotators:
                if source.random() < 0.85:
                    left, top = x + source.gauss(0, spread), y + source.gauss(0, spread)
                    extent = (left, top, left + 0.2, top + 0.2)
                    seen[f"encord-{who}"].append(Drawn(f"{who}{thing}", extent, frame, "cow"))
    return seen


def triangle(hashes: str, left: float, top: float, size: float, *, is_upper: bool) -> Drawn:
    """Half of a square, cut from its lower left to its upper right corner: two halves share an extent and no area."""
    corner = [left, top] if is_upper else [left + size, top + size]
    ring = [left, top + size, left + size, top, *corner]
    extent = (left, top, left + size, top + size)
    return Drawn(hashes, extent, shape="polygon", geometry=json.dumps([[ring]]))


def test_shapes_decide_where_their_extents_mislead(warehouse: Warehouse) -> None:
    add_herd(warehouse)
    upper, lower = (triangle(name, 0.1, 0.1, 0.4, is_upper=name == "u") for name in "ul")
    inner = triangle("i", 0.1, 0.1, 0.3, is_upper=True)
    branches = {"main": [], "encord-a": [upper], "encord-b": [lower], "encord-c": [inner, lower]}
    add_unit(warehouse, "video", "review", branches)
    query = (
        "SELECT object_hash, other_object_hash, round(iou * 1e6), iou_method FROM consensus_object_match"
        " ORDER BY label_row_id, other_label_row_id, other_object_hash"
    )
    assert asked(warehouse, query) == [("u", "i", 562500, "exact"), ("l", "l", 1000000, "exact")]
    assert asked(warehouse, "SELECT share_by_extent, n_things FROM consensus_unit") == [(0, 2)]
    assert assert_up_to_date(warehouse) == 2


def test_a_shape_that_cannot_be_measured_is_compared_by_its_extent_and_says_so(warehouse: Warehouse) -> None:
    add_herd(warehouse)
    broken = Drawn("x", (0.1, 0.1, 0.5, 0.5), shape="polygon", geometry="[[[0.1, 0.1]]]")
    points = Drawn("s", (0.1, 0.1, 0.5, 0.5), shape="skeleton", geometry="[]")
    add_unit(warehouse, "video", "review", {"main": [], "encord-a": [broken], "encord-b": [points]})
    add_unit(warehouse, "other", "review", {"main": [], "encord-a": [broken], "encord-b": [broken]})
    methods = asked(warehouse, "SELECT data_hash, iou, iou_method FROM consensus_object_match ORDER BY 1")
    assert methods == [("other", 1.0, "extent"), ("video", 1.0, "extent")]
    assert set(asked(warehouse, "SELECT share_by_extent FROM consensus_unit")) == {(1.0,)}


def test_large_data_units_and_many_of_them_are_matched_in_parts(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_herd(warehouse)
    source = random.Random(5)
    monkeypatch.setattr(consensus_matches, "ANNOTATIONS_AT_ONCE", 25)
    for name in ("large", "small", "tiny"):
        frames = {"large": 6, "small": 1, "tiny": 1}[name]
        add_unit(warehouse, name, "review", {"main": [], **crowd(source, "ab", frames, 0.02)})
    assert assert_up_to_date(warehouse) > 40
    in_parts = _held(warehouse)
    monkeypatch.setattr(consensus_matches, "ANNOTATIONS_AT_ONCE", 1_000)
    assert_up_to_date(warehouse)
    assert _held(warehouse) == in_parts


def test_what_is_compared_decides(warehouse: Warehouse) -> None:
    """Stages, tasks, tombstones and thresholds: each changes who is compared, and the table goes along."""
    add_herd(warehouse)
    source = random.Random(6)
    branches = crowd(source, "abc", 2, 0.02)
    add_unit(warehouse, "video", "annotate", {"main": branches["encord-a"], **branches})
    assert assert_up_to_date(warehouse) == 0
    steps = {
        "UPDATE label_row SET workflow_stage_uuid = 'review'": True,
        "UPDATE label_row SET workflow_stage_uuid = 'done'": True,
        "UPDATE label_row SET deleted_at = last_edited_at WHERE branch_name = 'encord-b'": True,
        "UPDATE consensus_threshold SET min_iou = 0.8": True,
        "UPDATE ontology_class SET is_archived = TRUE WHERE feature_hash = 'cow'": False,
    }
    sizes = []
    for statement, has_matches in steps.items():
        with warehouse.connection() as connection:
            connection.exec_driver_sql(statement)
        is_rule = "min_iou" in statement or "is_archived" in statement
        assert warehouse.refresh_matches_by_new_rules("herd") is is_rule
        if not is_rule:
            warehouse.refresh_matches("herd")
        sizes.append(assert_up_to_date(warehouse))
        assert (sizes[-1] > 0) is has_matches, statement
    assert sizes[1] > max(sizes[0], sizes[2])
    assert sizes[2] > sizes[3]


def test_a_branch_whose_labels_were_not_fetched_is_compared_with_nobody(warehouse: Warehouse) -> None:
    add_herd(warehouse)
    cow = [Drawn("o", (0.1, 0.1, 0.5, 0.5))]
    add_unit(warehouse, "video", "review", {"main": [], "encord-a": cow, "encord-b": cow, "encord-c": []})
    with warehouse.connection() as connection:
        connection.exec_driver_sql("UPDATE label_row SET content_hash = NULL WHERE branch_name = 'encord-c'")
    assert asked(warehouse, "SELECT count(*) FROM consensus_object_side") == [(4,)]
    warehouse.refresh_matches("herd")
    # Not drawn is one thing, not known another.
    assert asked(warehouse, "SELECT branch_name, outcome FROM consensus_object_side ORDER BY 1") == [
        ("encord-a", "found"),
        ("encord-b", "found"),
    ]


@pytest.mark.parametrize(("annotators", "spread"), [("abc", 0.02), ("abc", 0.06), ("abcde", 0.04)])
def test_a_thing_has_one_object_of_a_branch(warehouse: Warehouse, annotators: str, spread: float) -> None:
    add_herd(warehouse)
    source = random.Random(f"{annotators} {spread}")
    add_unit(warehouse, "video", "review", {"main": [], **crowd(source, annotators, MANY_FRAMES // 2, spread)})
    things: dict[Member, dict[str, Member]] = {}
    links = (
        "SELECT frame, branch_name, object_hash, other_branch_name, other_object_hash FROM consensus_object_match"
        " WHERE same_class ORDER BY iou DESC, object_hash, other_object_hash"
    )
    for frame, branch, name, other_branch, other_name in asked(warehouse, links):
        one = things.setdefault((frame, branch, name), {branch: (frame, branch, name)})
        other = things.setdefault((frame, other_branch, other_name), {other_branch: (frame, other_branch, other_name)})
        if not one.keys() & other.keys():
            one |= other
            things |= dict.fromkeys(other.values(), one)
    columns = "frame, branch_name, object_hash, cluster_key, is_medoid, score_sum, votes, is_unanimous"
    clusters: dict[str, list[tuple[Member, bool, float, int, bool]]] = {}
    for frame, branch, name, key, *said in asked(warehouse, f"SELECT {columns} FROM consensus_object_vote"):
        is_medoid, score_sum, votes, is_unanimous = said
        clusters.setdefault(key, []).append(((frame, branch, name), is_medoid, score_sum, votes, is_unanimous))
    for members in clusters.values():
        found = {member for member, *_ in members}
        assert found == set(things.get(min(found), {"": min(found)}).values())
        assert len({branch for _, branch, _ in found}) == len(found)
        [medoid] = [score for _, is_medoid, score, *_ in members if is_medoid]
        assert medoid == max(score for _, _, score, *_ in members)
    assert {len(members) for members in clusters.values()} >= set(range(1, len(annotators) + 1))
    if spread > 0.03:
        # Chains: joined in one thing, though not everybody found everybody; and votes of other things, where joining
        # would have brought two objects of one branch together.
        differences = {len(members) - max(votes for *_, votes, _ in members) for members in clusters.values()}
        assert min(differences) < 0 < max(differences) or len(annotators) < 5
    pairs = itertools.combinations(annotators, 2)
    assert len(asked(warehouse, "SELECT DISTINCT label_row_id, other_label_row_id FROM consensus_object_match")) == len(
        list(pairs)
    )


def test_what_has_no_area_is_compared_with_nothing_and_a_flat_shape_by_its_extent(warehouse: Warehouse) -> None:
    """Two equal lines say nothing; two equal polygons without an area, but with an extent, are equal."""
    add_herd(warehouse)
    line = Drawn("line", (0.1, 0.1, 0.5, 0.1))
    flat = Drawn("flat", (0.1, 0.5, 0.5, 0.9), shape="polygon", geometry="[[[0.1, 0.5, 0.5, 0.9, 0.1, 0.5]]]")
    add_unit(warehouse, "video", "review", {"main": [], "encord-a": [line, flat], "encord-b": [line, flat]})
    assert asked(warehouse, "SELECT object_hash, iou, iou_method FROM consensus_object_match") == [
        ("flat", 1.0, "extent")
    ]
    assert asked(warehouse, "SELECT n_things, object_agreement, share_by_extent FROM consensus_unit") == [(1, 1.0, 1.0)]
