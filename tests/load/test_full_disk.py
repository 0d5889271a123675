"""A full disk is one clear error: nothing of the step is written, and the DuckDB file stays usable."""

import subprocess
import sys
from pathlib import Path

import pytest

from connector.load import Warehouse, open_warehouse
from tests.load.warehouse_rows import read

ENGINES = ("duckdb",)

FILLING_THE_DISK = """
import os, resource, signal, sys
from connector.errors import ConnectorError
from connector.load import open_warehouse
from tests.load.warehouse_rows import PROJECT, SAME, everything, labels, listing, many_annotations, states
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
warehouse = open_warehouse(sys.argv[1])
before = everything(warehouse)
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
room = os.path.getsize(sys.argv[2]) + 1_000_000
big = labels("label-1") | {"object_annotation": many_annotations("label-1", int(sys.argv[3]))}
resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
try:
    warehouse.write_bundle(PROJECT, big, states("label-1", content_hash="big"), [], "run-2")
except ConnectorError as error:
    print(error.kind.value, error)
else:
    print("written")
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
print("as before" if everything(warehouse) == before else "changed")
warehouse.write_bundle(PROJECT, labels("label-2", x=0.75), states("label-2"), [], "run-3")
print("usable")
warehouse.close()
"""


@pytest.mark.parametrize("annotations", [60_000, 400_000])
def test_a_full_disk_is_one_clear_error_and_the_warehouse_is_as_it_was(
    filled: Warehouse, url: str, tmp_path: Path, annotations: int
) -> None:
    filled.close()
    arguments = [url, str(tmp_path / "labels.duckdb"), str(annotations)]
    process = subprocess.run(
        [sys.executable, "-c", FILLING_THE_DISK, *arguments], capture_output=True, text=True, check=True
    )
    failure, *after = process.stdout.splitlines()
    assert failure.startswith("warehouse ")
    assert "the disk is full" in failure
    assert after == ["as before", "usable"]
    warehouse = open_warehouse(url)
    assert read(warehouse, "SELECT label_hash, count(*), max(x) FROM object_annotation GROUP BY 1 ORDER BY 1") == [
        ("label-1", 3, 0.25),
        ("label-2", 3, 0.75),
    ]
    warehouse.close()
