"""The command `encord-sync publish` as a user runs it, and `sync --publish` with it."""

import json
from pathlib import Path

import duckdb
import pytest

from connector.sample import SampleServer
from tests.source.world import image_world
from tests.sync.command_line import CommandLine


def test_by_itself_and_with_a_sync(tmp_path: Path) -> None:
    with SampleServer(image_world(rows=3)) as server:
        command = CommandLine(server, tmp_path)
        warehouse = f"--warehouse=duckdb:///{command.file}"

        nowhere = command.run("publish", warehouse)
        assert (nowhere.exit_code, nowhere.err.count("--publish PATH")) == (2, 1)
        too_early = command.run("publish", warehouse, "--publish=out")
        assert too_early.exit_code == 6
        assert "There is no warehouse" in too_early.err

        synced = command.sync(publish="out/copy.duckdb", publish_keep=1, log_format="json")
        assert synced.exit_code == 0, synced.all
        (told,) = [json.loads(line) for line in synced.out.splitlines() if '"published"' in line]
        assert told["path"] == "out/copy.duckdb"

        again = command.run(
            "publish", warehouse, "--publish=out/copy.duckdb", "--publish-format=duckdb", "--publish-format=parquet",
        )  # fmt: skip
        assert again.exit_code == 0, again.all
        assert again.err.count(f"Published run {told['run_id']} as out/copy") == 2
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["copy-parquet", "copy.duckdb"]
        with duckdb.connect(str(tmp_path / "out" / "copy.duckdb"), read_only=True) as connection:
            assert connection.execute("SELECT count(*) FROM object_on_frame").fetchall() == [(3,)]


@pytest.mark.parametrize("form", ["csv", "parquet,csv"])
def test_another_form_is_refused(tmp_path: Path, form: str) -> None:
    with SampleServer(image_world(rows=1)) as server:
        command = CommandLine(server, tmp_path)
        command.environment = {"ENCORD_SYNC_PUBLISH_FORMAT": form, "ENCORD_SYNC_PUBLISH": "out"}
        printed = command.run("publish", f"--warehouse=duckdb:///{command.file}")
    assert printed.exit_code == 2
    assert "publish_format (environment)" in printed.err
