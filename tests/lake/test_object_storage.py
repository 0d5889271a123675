"""A lake whose files lie in object storage: every command reads and writes them there, with the catalog's own keys.

The same server speaks as Glue, which is the catalog.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sample import SampleServer
from tests.lake.command import run_command
from tests.lake.object_storage import KEYS, object_storage
from tests.sync.conftest import gate_world

pytestmark = pytest.mark.slow
LAKE = "--warehouse=iceberg://team/encord"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with object_storage("labels") as address:
        yield address


def variables(**settings: str) -> dict[str, str]:
    """Variables that describe catalog `team` to pyiceberg."""
    return {
        f"PYICEBERG_CATALOG__TEAM__{name.replace('.', '__').replace('-', '_').upper()}": value
        for name, value in settings.items()
    }


def of_service(service: str, address: str) -> dict[str, str]:
    """Settings of one of Amazon's services."""
    return {f"{service}.endpoint": address, **{f"{service}.{name}": value for name, value in KEYS.items()}}


def test_all_commands_work_on_it_and_on_glue(address: str, tmp_path: Path) -> None:
    catalog = variables(
        type="glue", warehouse="s3://labels/lake", **of_service("glue", address), **of_service("s3", address)
    )
    with SampleServer(gate_world()) as server:
        (tmp_path / "key").write_text(server.world.private_key)
        project = f"--project={server.world.project_hash}"
        source = ["--ssh-key-file=key", f"--domain={server.domain}", project]
        file = "--warehouse=duckdb:///labels.duckdb"
        for command in (
            ["sync", *source, file],
            ["sync", *source, LAKE],
            ["sync", *source, LAKE],
            ["status", LAKE],
            ["verify", *source, LAKE],
            ["lake", "maintain", "--grace-hours=0", LAKE],
            ["migrate", LAKE],
            ["export", "json", project, "--out=of_lake.json", LAKE],
            ["export", "json", project, "--out=of_file.json", file],
        ):
            done = run_command(*command, folder=tmp_path, **catalog)
            assert done.exit_code == 0, (command, done.out, done.err)
            assert KEYS["secret-access-key"] not in done.out + done.err
    exported = (tmp_path / "of_lake.json").read_bytes()
    assert len(exported) > 3_000
    assert exported == (tmp_path / "of_file.json").read_bytes()


def test_a_bucket_that_is_not_there_is_said_in_one_sentence(address: str, tmp_path: Path) -> None:
    catalog = variables(
        type="sql",
        uri=f"sqlite:///{tmp_path}/catalog.db",
        warehouse="s3://nowhere/lake",
        **of_service("s3", address),
    )
    refused = run_command("migrate", LAKE, folder=tmp_path, **catalog)
    assert refused.exit_code == 6
    assert refused.err.count("\n") == 1
    assert "a file, folder or bucket is not there" in refused.err
    assert KEYS["secret-access-key"] not in refused.err
