"""Times of stages add up, a stage within another counts for itself, and the profile says what bounds a sync."""

import threading
import time
from typing import Any

import pytest

from connector.runs.stage_times import StageTimes, profile_lines


def spin(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_waiting_counts_as_wall_and_working_as_cpu_too() -> None:
    times = StageTimes()
    for _ in range(2):
        with times.stage("fetch"):
            time.sleep(0.02)
    with times.stage("normalise"):
        spin(0.02)
    assert times.wall["fetch"] >= 0.04
    assert times.cpu["fetch"] < 0.02
    assert 0.02 <= times.cpu["normalise"] <= times.wall["normalise"] + 0.001


def test_a_stage_within_another_is_taken_out_of_it() -> None:
    times = StageTimes()
    with times.stage("normalise"):
        for _ in range(2):
            with times.stage("write"):
                time.sleep(0.03)
    assert times.wall["write"] >= 0.06
    assert times.wall["normalise"] < 0.03
    assert list(times.wall) == ["normalise", "write"]


def test_a_stage_that_raises_is_counted() -> None:
    times = StageTimes()
    with pytest.raises(ValueError, match="broken"), times.stage("write"):
        raise ValueError("broken")
    assert times.wall["write"] > 0
    with times.stage("write"):
        pass


def test_other_threads_are_told_apart() -> None:
    times = StageTimes()
    thread = threading.Thread(target=spin, args=(0.05,))
    with times.stage("fetch"):
        thread.start()
        thread.join()
    facts = times.facts()
    assert facts["other_threads_cpu_seconds"] >= 0.04
    assert facts["stages"]["fetch"]["cpu_seconds"] < 0.04
    assert facts["wall_seconds"] >= facts["stages"]["fetch"]["wall_seconds"]


def facts(**stages: tuple[float, float]) -> dict[str, Any]:
    return {
        "wall_seconds": 10.0,
        "other_threads_cpu_seconds": 1.5,
        "reading_process_cpu_seconds": 0.25,
        "stages": {name: {"wall_seconds": wall, "cpu_seconds": cpu} for name, (wall, cpu) in stages.items()},
    }


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        ({"fetch": (6.0, 0.1), "normalise": (2.0, 2.0), "write": (1.0, 0.5)}, "Bound by Encord's answers"),
        ({"fetch": (0.2, 0.1), "normalise": (6.0, 6.0), "write": (3.0, 2.0)}, "CPU, most of all in normalise"),
        ({"fetch": (0.2, 0.1), "normalise": (2.0, 2.0), "write": (7.0, 1.0)}, "the warehouse or the disk"),
    ],
)
def test_the_profile_says_what_bounds_a_sync(stages: dict[str, tuple[float, float]], said: str) -> None:
    lines = profile_lines("Herd", facts(**stages))
    text = "\n".join(lines)
    assert said in lines[-1]
    assert "CPU of other threads (requests, DuckDB): 1.50 s" in text
    assert "CPU of the other processes that read: 0.25 s" in text
    assert [line.split()[0] for line in lines[1:5]] == ["fetch", "normalise", "write", "other"]


def test_a_sync_that_hardly_loads_is_bound_by_nothing_of_that() -> None:
    assert "Bound" not in " ".join(profile_lines("Herd", facts(list=(8.0, 1.0), fetch=(0.1, 0.0))))
