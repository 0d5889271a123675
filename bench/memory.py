"""Peak memory of `encord-sync sync`, as the operating system saw it: many label rows, and one that is very large.

    python -m bench.memory                          # everything: the figures of the README
    python -m bench.memory --rows 100000            # one of them
    python -m bench.memory --annotations 2000000

The server runs in this process, the sync in one of its own, whose peak is measured (resident set, as wait4 tells).
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from connector.sample import SampleServer, Scale, build_scale_world

ANNOTATIONS_A_ROW = 20
FRAMES = 10_000
COMMAND = Path(sys.executable).with_name("encord-sync")


def peak_of_sync(scale: Scale) -> tuple[float, float, int]:
    """Sync a project into a new DuckDB file.

    Returns:
        Peak resident set of the sync in MB, its seconds, and the bytes of the largest label row.

    Raises:
        RuntimeError: the sync did not succeed.
    """
    world = build_scale_world(scale)
    project = world.projects[world.project_hash]
    largest = len(project.row(project.label_hashes[0]).labels_json(frozenset()))
    with SampleServer(world, is_compressing=False) as server, tempfile.TemporaryDirectory() as folder:
        key = Path(folder, "key")
        key.write_text(world.private_key)
        begun = time.monotonic()
        process = subprocess.Popen(
            [
                COMMAND, "sync", "--quiet", f"--ssh-key-file={key}", f"--domain={server.domain}",
                f"--project={world.project_hash}", f"--warehouse=duckdb:///{folder}/labels.duckdb",
                "--read-timeout-seconds=3600",
            ]
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"the sync ended with {process.returncode}")
        kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
        return kilobytes / 1024, time.monotonic() - begun, largest


def measure_project(rows: int) -> None:
    """A project of that many small label rows."""
    peak, seconds, _ = peak_of_sync(Scale(rows=rows, annotations=ANNOTATIONS_A_ROW))
    print(f"{rows:>9,} label rows of {ANNOTATIONS_A_ROW} annotations: peak {peak:,.0f} MB, {seconds:.0f} s", flush=True)


def measure_label_row(annotations: int) -> None:
    """One label row of that many annotations."""
    objects = max(1, annotations // FRAMES)
    peak, seconds, size = peak_of_sync(Scale(rows=1, annotations=annotations, objects=objects, templates=1))
    print(
        f"1 label row of {annotations:,} annotations ({size / 1e6:,.0f} MB of JSON): peak {peak:,.0f} MB, "
        f"{peak * 2**20 / annotations:,.0f} bytes an annotation, {seconds:.0f} s",
        flush=True,
    )


def main() -> None:
    """Measure what is asked for, or everything."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, help="a project of so many label rows")
    parser.add_argument("--annotations", type=int, help="one label row of so many annotations")
    asked = parser.parse_args()
    if asked.rows is None and asked.annotations is None:
        for rows in (1_000, 10_000, 100_000):
            measure_project(rows)
        for annotations in (20_000, 200_000, 2_000_000):
            measure_label_row(annotations)
    if asked.rows is not None:
        measure_project(asked.rows)
    if asked.annotations is not None:
        measure_label_row(asked.annotations)


if __name__ == "__main__":
    main()
