"""The bench itself: it runs, compares what loaded the same, writes what can be read again."""

from pathlib import Path

from bench import results
from bench.compared_ways import PRODUCT
from bench.first_sync import measure
from bench.large_worlds.scale import Scale
from bench.serving import ServedWorld


def test_a_first_sync_is_compared_with_the_floor() -> None:
    (row,) = measure(["consensus"], ["d: floor"], "quick", 1)
    assert row["annotations"] == 2 * 5 * 1_000
    assert row["ways"].keys() == {PRODUCT, "d: floor"}
    product, floor = row["ways"].values()
    assert (product["cpu_ratio"], product["wall_ratio"]) == (1, 1)
    assert 0 < floor["cpu_seconds"] < product["cpu_seconds"]


def test_edits_of_the_served_world_change_as_many_rows_as_told(tmp_path: Path) -> None:
    with ServedWorld(Scale(rows=6, annotations=20)) as world:
        before, after = tmp_path / "before", tmp_path / "after"
        for folder in (before, after):
            folder.mkdir()
        world.save_labels(before)
        world.edit_rows(3)
        world.save_labels(after)
        assert world.label_bytes() == sum(path.stat().st_size for path in after.iterdir())
    changed = [path.name for path in before.iterdir() if path.read_bytes() != (after / path.name).read_bytes()]
    assert len(changed) == 3


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    rows = [{"query": "frame range", "milliseconds": 1.5}]
    results.write("queries", "quick", rows, tmp_path)
    read = results.read("queries", tmp_path)
    assert read["rows"] == rows
    assert read["machine"].keys() == {"cores", "memory_gib", "system"}
    assert {"encord-sync", "encord", "duckdb", "python"} <= read["versions"].keys()
