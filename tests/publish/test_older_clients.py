"""A published copy is read by DuckDB 1.2.2, which BI tools still bring: it is installed for these tests, into a folder.

The storage version alone does not see to that: an older DuckDB cannot open a file at all in which a single view has
something that it does not know. Where no package index can be reached the tests skip, but on CI (`CI=true`) they fail.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connector.sql_files import ViewFile, view_files
from tests.sync.synced_warehouse import SyncedWarehouse

OLD = "1.2.2"
VIEWS = [file.view_name for file in view_files() if not file.is_internal]
NEWER = r"\bWITH\s+ORDINALITY\b|\bLAMBDA\b"

OPENING = """
connection = duckdb.connect(sys.argv[1], read_only=True)
connection.execute("SET enable_progress_bar = false")  # a slow machine would have it in the answer
for view in views:
    connection.execute(f"SELECT * FROM {view} LIMIT 0")
views = [view for view in views if not view.startswith("consensus_")]
"""
CREATING = """
connection = duckdb.connect()
connection.execute("SET enable_progress_bar = false")
connection.execute(open(sys.argv[1] + "/views.sql").read())
views = ["consensus_queue", "consensus_object_vote", "consensus_annotator_pair"]  # all were bound when they were made
"""
COUNTING = """
counted = {view: connection.execute(f"SELECT count(*) FROM (SELECT * FROM {view})").fetchone()[0] for view in views}
print(json.dumps([duckdb.__version__, counted]))
"""


@pytest.fixture(scope="module")
def old_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with DuckDB 1.2.2, for PYTHONPATH."""
    folder = tmp_path_factory.mktemp("old-duckdb")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", "--retries=1"]
    done = subprocess.run(
        [*pip, "--only-binary=:all:", f"--target={folder}", f"duckdb=={OLD}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        complaint = f"DuckDB {OLD} cannot be installed: {done.stderr.strip()[-300:]}"
        pytest.fail(complaint) if os.environ.get("CI") else pytest.skip(complaint)
    return folder


def counted_by(old_duckdb: Path, opening: str, path: Path) -> dict[str, int]:
    """What the older DuckDB counts: view → rows."""
    asking = f"import duckdb, json, sys\nviews = {VIEWS}{opening}{COUNTING}"
    environment = {"PYTHONPATH": str(old_duckdb)}
    done = subprocess.run(
        [sys.executable, "-c", asking, str(path)], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    answer: list[Any] = json.loads(done.stdout)
    version, counted = answer
    assert version == OLD
    return dict(counted)


@pytest.mark.parametrize("file", view_files(), ids=lambda file: file.view_name)
def test_a_view_has_nothing_that_keeps_an_older_client_from_opening_the_file(file: ViewFile) -> None:
    """Found with DuckDB 1.2.2, which says "Failed to deserialize" of the whole file."""
    statements = re.sub(r"--.*", "", file.sql)
    assert not re.search(NEWER, statements, re.IGNORECASE)


def test_an_older_client_opens_the_copy_and_reads_its_views(
    farm: SyncedWarehouse, published: Path, old_duckdb: Path
) -> None:
    """Consensus views are only bound: README says why, and how such a client gets them (the next test)."""
    assert farm.sync(publish=str(published)).exit_code == 0
    counted = counted_by(old_duckdb, OPENING, published)
    assert counted == {view: farm.value(f"SELECT count(*) FROM {view}") for view in counted}
    assert {"label_on_frame", "object_wkt_on_frame", "current_label_row"} <= counted.keys()


def test_an_older_client_reads_consensus_views_that_it_created_itself(
    farm: SyncedWarehouse, published: Path, old_duckdb: Path
) -> None:
    assert farm.sync(publish=str(published), publish_format="parquet").exit_code == 0
    counted = counted_by(old_duckdb, CREATING, published.with_name("labels-parquet") / "current")
    assert counted == {view: farm.value(f"SELECT count(*) FROM {view}") for view in counted}
    assert counted["consensus_queue"] > 0
