"""No file that comes of a warehouse with pseudonyms holds an address, and the command says what is wrong with a key."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from connector.sample import SampleServer
from connector.sample.farm.builder import ANNOTATORS
from tests.crash.crashed_warehouse import CrashedWarehouse
from tests.crash.lake_engine import LakeEngine
from tests.source.world import image_world
from tests.sync.command_line import CommandLine
from tests.upkeep.known_people import KEY, PSEUDONYMS, pseudonym, with_address

ADDRESS = b"@example.com"
HIDING = "--pseudonymise-emails"


def files_with_address(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if path.suffix == ".parquet":
                content += repr(pq.read_table(path, partitioning=None).to_pylist()).encode()
            if ADDRESS in content or KEY.encode() in content:
                yield path


@pytest.fixture
def command(server: SampleServer, tmp_path: Path, key_file: Path) -> CommandLine:
    """Runs in a folder of its own, beside the one that has the key; prints neither the key nor an address."""
    (folder := tmp_path / "work").mkdir()
    made = CommandLine(server, folder)
    made.secrets += [KEY, "key of the tests", ADDRESS.decode()]
    made.environment["ENCORD_SYNC_PSEUDONYM_KEY_FILE"] = str(key_file)
    return made


def test_warehouse_publications_and_exports(command: CommandLine, server: SampleServer, tmp_path: Path) -> None:
    folder, project = command.folder, f"--project={server.world.project_hash}"
    synced = command.sync(HIDING, "--verbose", "--profile", publish="published", publish_format="parquet")
    assert synced.exit_code == 0, synced.all
    warehouse = f"--warehouse=duckdb:///{command.file}"
    for arguments in (
        ("publish", "--publish=published/copy.duckdb"),
        ("export", "coco", project, "--out=coco.json"),
        ("export", "json", project, "--branch=all", "--out=rows.json"),
        ("status",),
    ):
        printed = command.run(*arguments, warehouse)
        assert printed.exit_code == 0, printed.all
    assert len(list(folder.rglob("*.parquet"))) > 10
    assert list(files_with_address(folder)) == []
    assert pseudonym(ANNOTATORS[0]).encode() in (folder / "rows.json").read_bytes()
    # What was exported may be loaded: a pseudonym stays what it is.
    loaded = f"duckdb:///{tmp_path / 'loaded.duckdb'}"
    printed = command.run("load", "rows.json", project, HIDING, f"--warehouse={loaded}")
    assert printed.exit_code == 0, printed.all
    assert pseudonym(ANNOTATORS[0]).encode() in (tmp_path / "loaded.duckdb").read_bytes()


def test_the_files_of_a_lake(server: SampleServer, lake_engine: LakeEngine) -> None:
    lake = CrashedWarehouse(server, lake_engine, lake_engine.absent())
    lake.sync(task_actions=True, **PSEUDONYMS)
    assert len(list(lake_engine.folder(lake.url).rglob("*.parquet"))) > 10
    assert list(files_with_address(lake_engine.folder(lake.url))) == []


def test_loaded_files_with_addresses(command: CommandLine, server: SampleServer, tmp_path: Path) -> None:
    clear, project = f"--warehouse=duckdb:///{tmp_path / 'clear.duckdb'}", f"--project={server.world.project_hash}"
    assert command.sync(warehouse=clear.partition("=")[2]).exit_code == 0
    assert command.run("export", "json", project, "--out=rows.json", clear).exit_code == 0
    assert ADDRESS in (command.folder / "rows.json").read_bytes()
    printed = command.run("load", "rows.json", project, HIDING, f"--warehouse=duckdb:///{command.file}")
    assert printed.exit_code == 0, printed.all
    assert with_address(f"duckdb:///{command.file}") == {}
    # And over rows that a sync stored as they are: they are replaced, not mixed with.
    printed = command.run("load", "rows.json", project, HIDING, clear)
    assert (printed.exit_code, printed.err.count("were replaced by pseudonyms")) == (0, 1)
    assert with_address(f"duckdb:///{tmp_path / 'clear.duckdb'}") == {}


def test_what_the_command_says_of_keys(tmp_path: Path) -> None:
    with SampleServer(image_world(rows=1)) as server:
        command = CommandLine(server, tmp_path)
        none = command.sync(HIDING)
        assert (none.exit_code, "without a key" in none.err, "openssl rand" in none.err) == (2, True, True)
        (tmp_path / "short").write_text("a short key")
        short = command.sync(HIDING, pseudonym_key_file="short")
        assert (short.exit_code, "fewer than 32 characters" in short.err) == (2, True)
        assert "a short key" not in short.all
        missing = command.sync(HIDING, pseudonym_key_file="nowhere")
        assert (missing.exit_code, "The pseudonym key file 'nowhere' does not exist" in missing.err) == (2, True)
        assert not command.file.exists()
        (tmp_path / "settings.toml").write_text('pseudonymise_emails = true\npseudonym_key_file = "keys/people"\n')
        (tmp_path / "keys").mkdir()
        (tmp_path / "keys" / "people").write_text(KEY)
        (tmp_path / "keys" / "people").chmod(0o644)
        done = command.sync(config="settings.toml")
        assert (done.exit_code, "chmod 600" in done.err) == (0, True)
        command.environment["ENCORD_SYNC_PSEUDONYM_KEY"] = KEY[::-1]
        other = command.sync(config="settings.toml")
        assert (other.exit_code, "made with another key" in other.err) == (2, True)
