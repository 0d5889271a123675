"""Peak memory of `encord-sync sync`, as the operating system saw it: many label rows, and one that is very large.

    python -m bench.memory                          # everything: the figures of the README
    python -m bench.memory --rows 100000            # one of them
    python -m bench.memory --annotations 2000000

The server runs in this process, the sync in one of its own, whose peak is measured (resident set, as getrusage tells)
and held against the bound that the README states.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from connector.sample import SampleServer, Scale, build_scale_world

ANNOTATIONS_A_ROW = 20
FRAMES = 10_000
BASE_BYTES = 750_000_000
"""Python and its libraries, DuckDB's own 400 MB, the answers under way, the rows of the transactions in hand, a part of
the listing."""
BYTES_A_LISTED_ROW = 300
"""Where its entry is in the listing, its id, and the columns of the plan of what to fetch."""
MAPPED_FROM_BYTES = 32_000_000
"""Larger answers are in a temporary file; the pages of it that were read count as memory until they are let go."""
MEASURED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
"""Runs a command and prints its peak: from a process of its own, because a child begins with the peak of its parent,
which here holds a whole world."""
COMMAND = Path(sys.executable).with_name("encord-sync")


def peak_of_sync(scale: Scale) -> tuple[float, float, int]:
    """Sync a project into a new DuckDB file.

    Returns:
        Peak resident set of the sync in MB, its seconds, and the bytes of the largest label row.

    Raises:
        subprocess.CalledProcessError: the sync did not succeed.
    """
    world = build_scale_world(scale)
    project = world.projects[world.project_hash]
    largest = len(project.row(project.label_hashes[0]).labels_json(frozenset()))
    with SampleServer(world, is_compressing=False) as server, tempfile.TemporaryDirectory() as folder:
        key = Path(folder, "key")
        key.write_text(world.private_key)
        begun = time.monotonic()
        process = subprocess.run(
            [
                sys.executable, "-c", MEASURED, COMMAND, "sync", "--quiet", f"--ssh-key-file={key}",
                f"--domain={server.domain}", f"--project={world.project_hash}",
                f"--warehouse=duckdb:///{folder}/labels.duckdb", "--read-timeout-seconds=3600",
            ],
            stdout=subprocess.PIPE,
            check=True,
        )  # fmt: skip
        kilobytes = int(process.stdout) / (1024 if sys.platform == "darwin" else 1)
        return kilobytes / 1024, time.monotonic() - begun, largest


def bound(rows: int, largest: int) -> float:
    """What the README promises as the most that a sync needs, in MB.

    Args:
        rows: label rows that the project lists.
        largest: JSON of its largest label row, bytes.
    """
    mapped = largest if largest > MAPPED_FROM_BYTES else 0
    return (BASE_BYTES + rows * BYTES_A_LISTED_ROW + mapped) / 2**20


def told(what: str, peak: float, limit: float, seconds: float) -> bool:
    """Print one measurement; whether it keeps the bound."""
    verdict = "within" if peak <= limit else "ABOVE"
    print(f"{what}: peak {peak:,.0f} MB, {verdict} the bound of {limit:,.0f} MB, {seconds:.0f} s", flush=True)
    return peak <= limit


def measure_project(rows: int) -> bool:
    """A project of that many small label rows."""
    peak, seconds, largest = peak_of_sync(Scale(rows=rows, annotations=ANNOTATIONS_A_ROW))
    what = f"{rows:>9,} label rows of {ANNOTATIONS_A_ROW} annotations"
    return told(what, peak, bound(rows, largest), seconds)


def measure_label_row(annotations: int) -> bool:
    """One label row of that many annotations."""
    objects = max(1, annotations // FRAMES)
    peak, seconds, size = peak_of_sync(Scale(rows=1, annotations=annotations, objects=objects, templates=1))
    what = f"1 label row of {annotations:,} annotations ({size / 1e6:,.0f} MB of JSON)"
    return told(what, peak, bound(1, size), seconds)


def main() -> None:
    """Measure what is asked for, or everything; exit code 1 if a figure is above the bound."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, help="a project of so many label rows")
    parser.add_argument("--annotations", type=int, help="one label row of so many annotations")
    asked = parser.parse_args()
    kept = []
    if asked.rows is None and asked.annotations is None:
        kept += [measure_project(rows) for rows in (1_000, 10_000, 100_000)]
        kept += [measure_label_row(annotations) for annotations in (20_000, 200_000, 2_000_000)]
    if asked.rows is not None:
        kept.append(measure_project(asked.rows))
    if asked.annotations is not None:
        kept.append(measure_label_row(asked.annotations))
    if not all(kept):
        raise SystemExit("The bound that the README states was exceeded.")


if __name__ == "__main__":
    main()
