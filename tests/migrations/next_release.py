"""A next release: a copy of this one with one more revision, run in a process of its own."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent.parent
REVISION = "0999"

_REVISION_FILE = f'''
"""What a next release might do: a new column, filled; another type for a column that views read; a new table."""

import os
import time
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "{REVISION}"
down_revision = "{{head}}"


def upgrade() -> None:
    op.add_column("label_row", sa.Column("review_count", sa.BigInteger(), nullable=True))
    op.execute("UPDATE label_row SET review_count = 7")
    op.alter_column("object_annotation", "frame", type_=sa.Double())
    if "PAUSE_AT" in os.environ:
        Path(os.environ["PAUSE_AT"]).touch()
        time.sleep(120)
    op.create_table("review", sa.Column("review_id", sa.String(), nullable=False))


def downgrade() -> None:
    op.drop_table("review")
    op.alter_column("object_annotation", "frame", type_=sa.BigInteger())
    op.drop_column("label_row", "review_count")
'''

MIGRATE = """
import sys
from connector.errors import ConnectorError
from connector.load import open_warehouse
from connector.views import install
try:
    warehouse = open_warehouse(sys.argv[1], migrate=sys.argv[2] == "migrate")
except ConnectorError as error:
    sys.exit(str(error))
with warehouse.connection() as connection:
    install(connection)
print(warehouse.migrated_from, warehouse.schema_version)
warehouse.close()
"""


def make_next_release(folder: Path, head: str) -> Path:
    """Copy this release's code, migrations and views to a folder, with one more revision; returns the folder."""
    for name in ("connector", "migrations", "sql"):
        shutil.copytree(CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(CHECKOUT / "pyproject.toml", folder / "pyproject.toml")
    revision = _REVISION_FILE.lstrip().replace("{head}", head)
    (folder / "migrations" / "versions" / f"{REVISION}_next_release.py").write_text(revision)
    return folder


def run_release(folder: Path, url: str, *, migrate: bool) -> subprocess.CompletedProcess[str]:
    """Open a warehouse with the release in a folder and install its views; it prints from where to where it came."""
    return subprocess.run(
        [sys.executable, "-c", MIGRATE, url, "migrate" if migrate else "as it is"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def kill_in_the_middle(folder: Path, url: str, mark: Path, code: str = MIGRATE) -> None:
    """Start to migrate with the release in a folder, and kill -9 it where it pauses, in its open transaction."""
    with subprocess.Popen(
        [sys.executable, "-c", code, url, "migrate"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PAUSE_AT": str(mark)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 60
        while not mark.exists():
            assert process.poll() is None, "it ended before it paused"
            assert time.monotonic() < deadline, "it did not come to its pause"
            time.sleep(0.02)
        process.kill()
        assert process.communicate()[0] == ""
