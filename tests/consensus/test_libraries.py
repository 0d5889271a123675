"""Random answers, skeletons and tracks: the views say what the libraries say that define such figures."""

import itertools
import json
import math
import random
from typing import Any

import krippendorff
import numpy as np
import pytest
import shapely
from pycocotools.cocoeval import COCOeval
from sklearn.metrics import cohen_kappa_score, jaccard_score
from statsmodels.stats.inter_rater import fleiss_kappa

from connector.load import Warehouse
from tests.consensus.given_answers import add_reviewed, add_shape_class, classify, label_hash_of, number, option
from tests.consensus.herd_of_three import Drawn, Label, add_herd
from tests.views.herd import Row, asked

ANNOTATORS = "abc"
PAIRS = list(itertools.combinations(ANNOTATORS, 2))
FRAMES = 40
TAGS = ("wet", "busy", "quiet")
CLOSE = 1e-9
Points = np.ndarray[tuple[int, int], np.dtype[np.float64]]
WIDTH, HEIGHT = 640, 360


def ticks_and_numbers(source: random.Random) -> dict[str, list[dict[str, Any]]]:
    """For each annotator and frame an option, a number and a set of ticks; some left open."""
    told: dict[str, list[dict[str, Any]]] = {annotator: [] for annotator in ANNOTATORS}
    for _ in range(FRAMES):
        truth, count = source.choice(("daytime", "night")), source.randrange(1000, 1010)
        for annotator in ANNOTATORS:
            answers: dict[str, Any] = {
                "day": truth if source.random() < 0.7 else source.choice(("daytime", "night")),
                "herds": count + source.choice((0, 0, 0.25, 1, -2)),
                "tags": sorted(source.sample(TAGS, source.randrange(1, 4))),
            }
            told[annotator].append({name: answer for name, answer in answers.items() if source.random() > 0.15})
    return told


def add_told(warehouse: Warehouse, told: dict[str, list[dict[str, Any]]]) -> None:
    """One instance for each different answer, on all frames where it was given."""
    for annotator, frames in told.items():
        given: dict[str, tuple[str, list[Row], list[tuple[int, int]]]] = {}
        for frame, answers in enumerate(frames):
            for name, answer in answers.items():
                rows = [option(each) for each in answer] if name == "tags" else [option(str(answer))]
                rows = [number(answer)] if name == "herds" else rows
                given.setdefault(f"{name}{answer}", (name, rows, []))[2].append((frame, frame))
        for instance, (name, rows, ranges) in given.items():
            classify(warehouse, annotator, instance, ranges, {f"{name}-question": rows}, feature_hash=name)


def test_answers_against_krippendorff_statsmodels_and_scikit_learn(warehouse: Warehouse) -> None:
    told = ticks_and_numbers(random.Random(5))
    add_herd(warehouse)
    add_reviewed(warehouse, ANNOTATORS)
    add_told(warehouse, told)
    query = "SELECT krippendorff_alpha, fleiss_kappa, n_fleiss_items FROM consensus_question WHERE feature_hash = 'day'"
    [(alpha, fleiss, n_fleiss)] = asked(warehouse, query)
    codes = {"daytime": 0.0, "night": 1.0}
    days = [[codes.get(str(answers.get("day")), math.nan) for answers in told[who]] for who in ANNOTATORS]
    assert alpha == pytest.approx(krippendorff.alpha(days, level_of_measurement="nominal"), abs=CLOSE)
    complete = [column for column in np.array(days).T if not np.isnan(column).any()]
    table = [[int((column == code).sum()) for code in codes.values()] for column in complete]
    assert n_fleiss == len(complete) < FRAMES
    assert fleiss == pytest.approx(fleiss_kappa(table), abs=CLOSE)
    herds = [[answers.get("herds", math.nan) for answers in told[who]] for who in ANNOTATORS]
    [(alpha,)] = asked(warehouse, "SELECT krippendorff_alpha_interval FROM consensus_number_question")
    assert alpha == pytest.approx(krippendorff.alpha(herds, level_of_measurement="interval"), abs=CLOSE)
    kappas = asked(
        warehouse,
        "SELECT annotator, other_annotator, cohen_kappa FROM consensus_answer_pair WHERE feature_hash = 'day'",
    )
    assert sorted((one, other) for one, other, _ in kappas) == PAIRS
    for one, other, kappa in kappas:
        both = [(a["day"], b["day"]) for a, b in zip(told[one], told[other], strict=True) if "day" in a and "day" in b]
        assert kappa == pytest.approx(cohen_kappa_score(*zip(*both, strict=True)), abs=CLOSE)
    query = "SELECT annotator, other_annotator, frame, jaccard FROM consensus_checklist_pair"
    jaccards = {row[:3]: row[3] for row in asked(warehouse, query)}
    expected = {
        (one, other, frame): jaccard_score(*([tag in told[who][frame]["tags"] for tag in TAGS] for who in (one, other)))
        for one, other in PAIRS
        for frame in range(FRAMES)
        if "tags" in told[one][frame] and "tags" in told[other][frame]
    }
    assert jaccards == pytest.approx(expected, abs=CLOSE)
    assert len(set(jaccards.values())) > 3


def test_skeletons_against_pycocotools(warehouse: Warehouse) -> None:
    source, joints = random.Random(3), 9
    add_herd(warehouse)
    add_shape_class(warehouse, "gait", "skeleton")
    places = {
        who: [[(source.uniform(0.3, 0.6), source.uniform(0.3, 0.6)) for _ in range(joints)] for _ in range(FRAMES)]
        for who in "a"
    }
    places["b"] = [[(x + source.gauss(0, 0.01), y + source.gauss(0, 0.01)) for x, y in each] for each in places["a"]]
    extents = {
        who: [(min(x for x, _ in each), min(y for _, y in each), max(x for x, _ in each), max(y for _, y in each))
              for each in frames]
        for who, frames in places.items()
    }  # fmt: skip
    labels = {
        who: [Drawn(f"gait of {who}", extents[who][frame], frame, "gait", "skeleton") for frame in range(FRAMES)]
        for who in places
    }
    add_reviewed(warehouse, "ab", labels=labels)
    with warehouse.connection() as connection:
        connection.exec_driver_sql(f"UPDATE data_unit SET width = {WIDTH}, height = {HEIGHT}")
        for who, frames in places.items():
            for frame, each in enumerate(frames):
                order = list(enumerate(each))
                source.shuffle(order)
                geometry = json.dumps([{"x": x, "y": y, "feature_hash": f"j{j}"} for j, (x, y) in order])
                connection.exec_driver_sql(
                    f"UPDATE object_annotation SET geometry = '{geometry}'"
                    f" WHERE label_hash = '{label_hash_of(who)}' AND frame = {frame}"
                )
    rows = asked(warehouse, "SELECT frame, oks, n_keypoints, mean_distance_pixels FROM consensus_keypoint_pair")
    # What does not overlap by half is no match, and has no row.
    assert len(rows) > FRAMES / 2
    for frame, oks, n_keypoints, distance in rows:
        one, other = (np.array(places[who][frame]) * (WIDTH, HEIGHT) for who in "ab")
        area = sum((x1 - x0) * (y1 - y0) * WIDTH * HEIGHT for x0, y0, x1, y1 in (extents[who][frame] for who in "ab"))
        assert n_keypoints == joints
        assert oks == pytest.approx(similarity(one, other, area / 2), abs=CLOSE)
        assert distance == pytest.approx(np.hypot(*(one - other).T).mean(), abs=1e-6)
    assert len({row[1] for row in rows}) == len(rows)


def similarity(one: Points, other: Points, area: float) -> float:
    """Object keypoint similarity as COCO's own evaluation works it out, with one sigma for all joints."""
    flat = [np.column_stack([points, np.full(len(points), 2)]).ravel().tolist() for points in (one, other)]
    evaluation = COCOeval(iouType="keypoints")
    evaluation.params.kpt_oks_sigmas = np.full(len(one), 0.09)
    evaluation._gts[1, 1] = [
        {"id": 1, "keypoints": flat[0], "area": area, "bbox": [0, 0, 1, 1], "ignore": 0, "iscrowd": 0}
    ]
    evaluation._dts[1, 1] = [{"id": 1, "keypoints": flat[1], "score": 1.0}]
    return float(evaluation.computeOks(1, 1)[0][0])


def test_tracks_against_shapely(warehouse: Warehouse) -> None:
    source = random.Random(9)
    labels: dict[str, list[Label]] = {who: [] for who in ANNOTATORS}
    for thing in range(8):
        x, y = source.uniform(0, 0.7), source.uniform(0, 0.7)
        for who in ANNOTATORS:
            first, last = source.randrange(0, 6), source.randrange(14, 20)
            for frame in range(first, last):
                left, top = x + 0.01 * frame + source.gauss(0, 0.02), y + source.gauss(0, 0.02)
                extent = (left, top, left + source.uniform(0.2, 0.25), top + source.uniform(0.2, 0.25))
                labels[who].append(Drawn(f"{who}{thing}", extent, frame))
    add_herd(warehouse)
    add_reviewed(warehouse, ANNOTATORS, labels=labels)
    query = "SELECT object_hash, other_object_hash, volume_iou, temporal_iou, is_match FROM consensus_track_pair"
    rows = asked(warehouse, query)
    tracks: dict[str, dict[int, Any]] = {}
    for drawn in itertools.chain(*labels.values()):
        assert isinstance(drawn, Drawn)
        tracks.setdefault(drawn.object_hash, {})[drawn.frame] = shapely.box(*drawn.extent)
    assert {(f"{one}{thing}", f"{other}{thing}") for one, other in PAIRS for thing in range(8)} <= {
        row[:2] for row in rows
    }
    assert len(rows) > 24
    assert len({row[4] for row in rows}) == 2
    nothing = shapely.Polygon()
    for one, other, volume_iou, temporal_iou, is_match in rows:
        frames = tracks[one].keys() | tracks[other].keys()
        pairs = [(tracks[one].get(frame, nothing), tracks[other].get(frame, nothing)) for frame in frames]
        both = sum(shapely.intersection(a, b).area for a, b in pairs)
        assert volume_iou == pytest.approx(both / sum(shapely.union(a, b).area for a, b in pairs), abs=CLOSE)
        assert temporal_iou == len(tracks[one].keys() & tracks[other].keys()) / len(frames)
        assert is_match is (one[1] == other[1] and volume_iou >= 0.5)
