"""Peak memory of `encord-sync sync`, as the operating system saw it: many label rows, and one that is very large.

    python -m bench.memory                          # everything: the figures of the README
    python -m bench.memory --rows 100000            # one of them
    python -m bench.memory --annotations 2000000

The server runs in this process, the sync in its own, with a reading process or without, whose peak (what both hold,
once) is held against the bound that the README states.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from bench.large_worlds.scale import Scale, build_scale_world
from bench.timed_process import COMMAND, run
from bench.workloads import WORKLOADS
from connector.sample import SampleServer

ANNOTATIONS_A_ROW = 20
FRAMES = 10_000
BASE_BYTES = 570_000_000
"""Python and its libraries, DuckDB's own 400 MB, the answers under way, the rows of the transactions in hand, a part of
the listing."""
BYTES_A_PROCESS = 130_000_000
"""Of each process that reads: Python and its libraries, and the rows in hand."""
BYTES_A_LISTED_ROW = 300
"""Where its entry is in the listing, its id, and the columns of the plan of what to fetch."""
MAPPED_FROM_BYTES = 32_000_000
"""Larger answers are in a temporary file; the pages of it that were read count as memory until they are let go."""


def peak_of_sync(scale: Scale, processes: int) -> tuple[float, float, int]:
    """Sync a project into a new DuckDB file.

    Returns:
        Peak memory of the sync and of its reading process together in MB, its seconds, and the bytes of the largest
        label row.

    Raises:
        RuntimeError: the sync did not succeed.
    """
    world = build_scale_world(scale)
    project = world.projects[world.project_hash]
    largest = len(project.row(project.label_hashes[0]).labels_json(frozenset()))
    with SampleServer(world, is_compressing=False) as server, tempfile.TemporaryDirectory() as folder:
        key = Path(folder, "key")
        key.write_text(world.private_key)
        spent = run(
            [
                COMMAND, "sync", "--quiet", f"--ssh-key-file={key}", f"--domain={server.domain}",
                f"--project={world.project_hash}", f"--warehouse=duckdb:///{folder}/labels.duckdb",
                "--read-timeout-seconds=3600", f"--processes={processes}",
            ]
        )  # fmt: skip
        return spent.peak_mb, spent.wall, largest


def bound(rows: int, largest: int, processes: int) -> float:
    """What the README promises as the most that a sync needs, in MB.

    Args:
        rows: label rows that the project lists.
        largest: JSON of its largest label row, bytes.
        processes: how many read label rows.
    """
    mapped = largest if largest > MAPPED_FROM_BYTES else 0
    return (BASE_BYTES + BYTES_A_PROCESS * processes + rows * BYTES_A_LISTED_ROW + mapped) / 2**20


def told(what: str, peak: float, limit: float, seconds: float) -> bool:
    """Print one measurement; whether it keeps the bound."""
    verdict = "within" if peak <= limit else "ABOVE"
    print(f"{what}: peak {peak:,.0f} MB, {verdict} the bound of {limit:,.0f} MB, {seconds:.0f} s", flush=True)
    return peak <= limit


def measure_project(rows: int, processes: int) -> bool:
    """A project of that many small label rows."""
    peak, seconds, largest = peak_of_sync(Scale(rows=rows, annotations=ANNOTATIONS_A_ROW), processes)
    what = f"{rows:>9,} label rows of {ANNOTATIONS_A_ROW} annotations, {processes} processes"
    return told(what, peak, bound(rows, largest, processes), seconds)


def measure_videos(processes: int) -> bool:
    """Half a million annotations of mixed shapes on long videos."""
    scale = replace(WORKLOADS["mixed"].scale, rows=62)
    peak, seconds, largest = peak_of_sync(scale, processes)
    what = f"{scale.rows:>9,} label rows of {scale.annotations:,} annotations, mixed shapes, {processes} processes"
    return told(what, peak, bound(scale.rows, largest, processes), seconds)


def measure_label_row(annotations: int, processes: int) -> bool:
    """One label row of that many annotations."""
    objects = max(1, annotations // FRAMES)
    peak, seconds, size = peak_of_sync(Scale(rows=1, annotations=annotations, objects=objects, templates=1), processes)
    what = f"1 label row of {annotations:,} annotations ({size / 1e6:,.0f} MB of JSON), {processes} processes"
    return told(what, peak, bound(1, size, processes), seconds)


def main() -> None:
    """Measure what is asked for, or everything; exit code 1 if a figure is above the bound."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, help="a project of so many label rows")
    parser.add_argument("--annotations", type=int, help="one label row of so many annotations")
    asked = parser.parse_args()
    kept = []
    for processes in (1, 2):
        if asked.rows is None and asked.annotations is None:
            kept += [measure_project(rows, processes) for rows in (1_000, 10_000, 100_000)]
            kept.append(measure_videos(processes))
            kept += [measure_label_row(annotations, processes) for annotations in (20_000, 200_000, 2_000_000)]
        if asked.rows is not None:
            kept.append(measure_project(asked.rows, processes))
        if asked.annotations is not None:
            kept.append(measure_label_row(asked.annotations, processes))
    if not all(kept):
        raise SystemExit("The bound that the README states was exceeded.")


if __name__ == "__main__":
    main()
