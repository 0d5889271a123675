"""Random scenes and random answers: the views say what textbook definitions say."""

import itertools
import random

import pytest

from connector.load import Warehouse
from tests.consensus.herd_of_three import Answered, Drawn, add_herd, add_unit
from tests.consensus.reference import cohen_kappa, fleiss_kappa, greedy, krippendorff_alpha
from tests.views.herd import asked

FRAMES = 12
ANNOTATORS = "abc"
WORDS = ("daytime", "night", "dusk")


def scene(source: random.Random) -> dict[str, list[Drawn]]:
    """The same things seen by three: some missed, some taken for another class, all drawn a little off."""
    seen: dict[str, list[Drawn]] = {annotator: [] for annotator in ANNOTATORS}
    for frame in range(FRAMES):
        for thing in range(7):
            x, y = source.uniform(0, 0.7), source.uniform(0, 0.7)
            for annotator in ANNOTATORS:
                if source.random() < 0.2:
                    continue
                feature_hash = "bell" if source.random() < 0.3 else "cow"
                left, top = x + source.gauss(0, 0.02), y + source.gauss(0, 0.02)
                extent = (left, top, left + source.uniform(0.15, 0.25), top + source.uniform(0.15, 0.25))
                shape = "bounding_box" if thing % 2 else "polygon"
                name = f"{annotator}{thing}{feature_hash}{shape}"
                seen[annotator].append(Drawn(name, extent, frame, feature_hash, shape))
    return seen


@pytest.mark.parametrize("seed", [1, 2])
def test_matches_and_figures_of_objects(warehouse: Warehouse, seed: int) -> None:
    seen = scene(random.Random(seed))
    add_herd(warehouse)
    add_unit(warehouse, "video", "review", {"main": [], **{f"encord-{who}": seen[who] for who in ANNOTATORS}})
    expected, figures = set(), {}
    for one, other in itertools.combinations(ANNOTATORS, 2):
        found, iou_sum = 0, 0.0
        for frame in range(FRAMES):
            mine, theirs = ([drawn for drawn in seen[who] if drawn.frame == frame] for who in (one, other))
            for left, right, iou in greedy(mine, theirs):
                expected.add((frame, left.object_hash, right.object_hash, round(iou, 12)))
                if left.feature_hash == right.feature_hash:
                    found, iou_sum = found + 1, iou_sum + iou
        unmatched = len(seen[one]) + len(seen[other]) - 2 * found
        figures[one, other] = (2 * found / (2 * found + unmatched), iou_sum / found, iou_sum / (found + unmatched / 2))
    matches = asked(warehouse, "SELECT frame, object_hash, other_object_hash, iou FROM consensus_object_match")
    # One-to-one, and three rounds are the whole greedy assignment.
    assert len(matches) == len(expected) > 100
    assert {(*row[:3], round(row[3], 12)) for row in matches} == expected
    query = "SELECT detection_f1, mean_iou, object_agreement FROM consensus_annotator_pair"
    for (one, other), wanted in figures.items():
        for who, whom in ((one, other), (other, one)):
            where = f"annotator = 'maker of video/encord-{who}' AND other_annotator = 'maker of video/encord-{whom}'"
            [row] = asked(warehouse, f"{query} WHERE {where}")
            assert row == pytest.approx(wanted, abs=2e-9)
    [(f1, iou, agreement, by_extent)] = asked(
        warehouse, "SELECT detection_f1, mean_iou, object_agreement, share_by_extent FROM consensus_unit"
    )
    assert f1 * iou == pytest.approx(agreement, abs=2e-9)
    extents = asked(warehouse, "SELECT iou_method, COUNT(*) FROM consensus_object_match GROUP BY 1")
    assert by_extent == pytest.approx(dict(extents)["extent"] / len(matches))


@pytest.mark.parametrize("seed", [1, 2])
def test_figures_of_answers(warehouse: Warehouse, seed: int) -> None:
    source = random.Random(seed)
    items: list[dict[str, str]] = []
    labels: dict[str, list[Answered]] = {annotator: [] for annotator in ANNOTATORS}
    for frame in range(40):
        truth, item = source.choice(WORDS), {}
        for annotator in ANNOTATORS:
            if source.random() > 0.15:
                item[annotator] = truth if source.random() < 0.6 else source.choice(WORDS)
                labels[annotator].append(Answered(frame, text=item[annotator], feature_hash="note"))
        items.append(item)
    add_herd(warehouse)
    submitted = {f"encord-{who}": "COMPLETED" for who in ANNOTATORS}
    branches = {"main": [], **{f"encord-{who}": labels[who] for who in ANNOTATORS}}
    add_unit(warehouse, "video", "review", branches, submitted=submitted)
    query = "SELECT krippendorff_alpha, fleiss_kappa, n_items, n_answers, coverage FROM consensus_question"
    [(alpha, fleiss, n_items, n_answers, coverage)] = asked(warehouse, query)
    assert alpha == pytest.approx(krippendorff_alpha(items), abs=2e-9)
    assert fleiss == pytest.approx(fleiss_kappa(items, 3), abs=2e-9)
    answered = [item for item in items if item]
    assert (n_items, n_answers) == (len(answered), sum(map(len, answered)))
    assert coverage == pytest.approx(n_answers / (3 * n_items))
    rows = asked(
        warehouse, "SELECT annotator, other_annotator, n, percent_agreement, cohen_kappa FROM consensus_answer_pair"
    )
    assert len(rows) == 3
    for one, other, n, percent, kappa in rows:
        both = [item[one] == item[other] for item in items if one in item and other in item]
        assert (n, percent) == (len(both), pytest.approx(sum(both) / len(both)))
        assert kappa == pytest.approx(cohen_kappa(items, one, other), abs=2e-9)
