"""A published file opens in DuckDB 1.2.2, which BI tools still bring.

The storage version alone does not see to that: an older DuckDB cannot open a file at all in which a single view has
something that it does not know. `ENCORD_SYNC_TEST_OLD_DUCKDB` names a Python that has such a DuckDB.
"""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from connector.views import view_files
from connector.views.view_files import ViewFile
from tests.sync.synced_warehouse import SyncedWarehouse

OLD_DUCKDB = "ENCORD_SYNC_TEST_OLD_DUCKDB"
NEWER = r"\bWITH\s+ORDINALITY\b|\bLAMBDA\b"

ASKING = """
import duckdb, json, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
views = [name for (name,) in connection.execute("SELECT view_name FROM installed_view").fetchall()]
for view in views:
    connection.execute(f"SELECT * FROM {view} LIMIT 0")
query = "SELECT count(*) FROM label_on_frame WHERE frame BETWEEN 0 AND 10"
print(json.dumps([duckdb.__version__, len(views), connection.execute(query).fetchone()[0]]))
"""


@pytest.mark.parametrize("file", view_files(), ids=lambda file: file.view_name)
def test_a_view_has_nothing_that_keeps_an_older_client_from_opening_the_file(file: ViewFile) -> None:
    """Found with DuckDB 1.2.2, which says "Failed to deserialize" of the whole file."""
    statements = re.sub(r"--.*", "", file.sql)
    assert not re.search(NEWER, statements, re.IGNORECASE)


@pytest.mark.skipif(OLD_DUCKDB not in os.environ, reason=f"{OLD_DUCKDB} names no Python with an older DuckDB")
def test_an_older_client_opens_the_copy_and_reads_every_view(gate: SyncedWarehouse, published: Path) -> None:
    assert gate.sync(publish=str(published)).exit_code == 0
    done = subprocess.run(
        [os.environ[OLD_DUCKDB], "-c", ASKING, str(published)], capture_output=True, text=True, check=False, env={}
    )
    assert done.returncode == 0, done.stderr
    version, views, labels = json.loads(done.stdout)
    assert tuple(map(int, version.split("."))) < (1, 4)
    assert views == len(view_files())
    assert labels == gate.value("SELECT count(*) FROM label_on_frame WHERE frame BETWEEN 0 AND 10") > 0
