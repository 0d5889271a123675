"""Skeletons and points: which two are one, and what counts where one of them says less."""

import json
import math

import pytest

from connector.load import Warehouse
from tests.consensus.given_answers import add_reviewed, add_shape_class, label_hash_of
from tests.consensus.herd_of_three import Drawn, add_herd
from tests.views.herd import asked

WIDTH, HEIGHT = 640, 360


def test_points_have_a_partner_where_each_is_the_others_nearest(warehouse: Warehouse) -> None:
    add_herd(warehouse)
    add_shape_class(warehouse, "tip", "point")
    places = {"a": [(0.1, 0.1), (0.5, 0.5)], "b": [(0.1, 0.2), (0.1, 0.3), (0.5, 0.5)]}
    labels = {
        who: [Drawn(f"{who}{place}", (x, y, x, y), 0, "tip", "point") for place, (x, y) in enumerate(each)]
        for who, each in places.items()
    }
    add_reviewed(warehouse, "ab", labels=labels)
    with warehouse.connection() as connection:
        connection.exec_driver_sql(f"UPDATE data_unit SET width = {WIDTH}, height = {HEIGHT}")
        connection.exec_driver_sql("UPDATE object_annotation SET x = x_min, y = y_min")
    query = "SELECT object_hash, other_object_hash, oks, mean_distance_pixels FROM consensus_keypoint_pair ORDER BY 1"
    rows = asked(warehouse, query)
    scale = 2 * WIDTH * HEIGHT * (2 * 0.09) ** 2
    assert [row[:2] for row in rows] == [("a0", "b0"), ("a1", "b2")]
    assert [row[2] for row in rows] == pytest.approx([math.exp(-((0.1 * HEIGHT) ** 2) / scale), 1])
    assert [row[3] for row in rows] == pytest.approx([36, 0])


def test_a_keypoint_that_one_has_not_placed_counts_nothing(warehouse: Warehouse) -> None:
    add_herd(warehouse)
    add_shape_class(warehouse, "gait", "skeleton")
    extent = (0.0, 0.0, 0.5, 0.5)
    add_reviewed(warehouse, "ab", labels={who: [Drawn(who, extent, 0, "gait", "skeleton")] for who in "ab"})
    head, tail = {"x": 0.0, "y": 0.0, "name": "head"}, {"x": 0.5, "y": 0.5, "name": "tail"}
    drawn = {"a": [head, tail], "b": [{**tail, "visibility": "invisible"}, {**head, "visibility": "occluded"}]}
    for sized in (False, True):
        with warehouse.connection() as connection:
            for who, joints in drawn.items():
                connection.exec_driver_sql(
                    f"UPDATE object_annotation SET geometry = '{json.dumps(joints)}'"
                    f" WHERE label_hash = '{label_hash_of(who)}'"
                )
            if sized:
                connection.exec_driver_sql(f"UPDATE data_unit SET width = {WIDTH}, height = {HEIGHT}")
        query = "SELECT n_keypoints, n_both_keypoints, oks FROM consensus_keypoint_pair"
        # Without the frame's size nothing can be said in pixels.
        assert asked(warehouse, query) == [(2, 1, 0.5 if sized else None)]


def test_a_shape_that_was_not_read_is_no_skeleton(warehouse: Warehouse) -> None:
    add_herd(warehouse)
    add_shape_class(warehouse, "gait", "skeleton")
    add_reviewed(
        warehouse, "ab", labels={who: [Drawn(who, (0.0, 0.0, 0.5, 0.5), 0, "gait", "skeleton")] for who in "ab"}
    )
    with warehouse.connection() as connection:
        connection.exec_driver_sql("""UPDATE object_annotation SET geometry = '{"skeleton": 1}'""")
    assert asked(warehouse, "SELECT * FROM consensus_keypoint_pair") == []
