"""Bad input, given to the installed command: one message with what to do, the exit code, the warehouse as it was."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connector.sample import SampleServer, build_sample_world
from connector.sample.world.signatures import SampleKey
from tests.duckdb_files import connected
from tests.source.test_ssh_key import PROTECTED_KEY
from tests.sync.command_line import PASSPHRASE, CommandLine, Printed, secretive_world
from tests.sync.conftest import IMAGES
from tests.sync.synced_warehouse import SyncedWarehouse, copied

KEPT = ("project", "data_unit", "label_row", "object_annotation", "ontology_class")


@pytest.fixture
def command(tmp_path: Path, gate_file: Path) -> Iterator[CommandLine]:
    """The command, beside a warehouse that was synced before."""
    with SampleServer(secretive_world(IMAGES)) as server:
        line = CommandLine(server, tmp_path)
        copied(gate_file, line.file)
        yield line


def assert_one_message(printed: Printed, exit_code: int, what: str, remedy: str) -> None:
    assert printed.exit_code == exit_code, printed.all
    assert not printed.is_traceback
    assert printed.all.count(what) == 1, printed.all
    assert remedy in printed.all[printed.all.index(what) :]


def a_missing_key(_: CommandLine) -> dict[str, Any]:
    return {"ssh_key_file": "nowhere/id_ed25519"}


def a_key_of_another_kind(command: CommandLine) -> dict[str, Any]:
    private = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    (command.folder / "ecdsa").write_text(command.is_secret(private.decode()))
    return {"ssh_key_file": command.folder / "ecdsa"}


def a_key_that_nobody_knows(command: CommandLine) -> dict[str, Any]:
    (command.folder / "stranger").write_text(command.is_secret(SampleKey("a stranger").private_text))
    return {"ssh_key_file": command.folder / "stranger"}


def no_hash(_: CommandLine) -> dict[str, Any]:
    return {"project": "gate-camera"}


def no_project(_: CommandLine) -> dict[str, Any]:
    return {"project": None}


def a_title_without_all_projects(_: CommandLine) -> dict[str, Any]:
    return {"project": None, "project_title": "Meadowbrook"}


def a_title_beside_a_project(_: CommandLine) -> dict[str, Any]:
    return {"project_title_like": "Meadow%"}


def an_empty_title(_: CommandLine) -> dict[str, Any]:
    return {"project_title": ""}


def a_locked_key_without_its_passphrase(command: CommandLine) -> dict[str, Any]:
    (command.folder / "locked").write_text(command.is_secret(PROTECTED_KEY))
    return {"ssh_key_file": command.folder / "locked"}


def an_unknown_key_in_the_file(command: CommandLine) -> dict[str, Any]:
    (command.folder / "sync.toml").write_text("bundel_rows = 100\n")
    return {"config": "sync.toml"}


def another_kind_of_warehouse(_: CommandLine) -> dict[str, Any]:
    return {"warehouse": f"mysql://encord:{PASSPHRASE.replace(' ', '-')}@localhost/labels"}


CASES: list[tuple[Callable[[CommandLine], dict[str, Any]], int, str, str]] = [
    (a_missing_key, 2, "nowhere/id_ed25519' does not exist", "Check the path"),
    (a_key_of_another_kind, 2, "is not of type Ed25519", "ssh-keygen -t ed25519"),
    (a_key_that_nobody_knows, 3, "Encord does not accept the SSH key", "--domain https://api.us.encord.com"),
    (no_hash, 2, "'gate-camera' is not a project hash", "01234567-89ab-cdef-0123-456789abcdef"),
    (no_project, 2, "No project is named", "--project HASH"),
    (a_title_without_all_projects, 2, "--project-title 'Meadowbrook' was given without", "Give --all-projects with it"),
    (a_title_beside_a_project, 2, "--project-title-like 'Meadow%' was given without", "Give --all-projects with it"),
    (an_empty_title, 2, "project_title (command line): String should have at least 1 character", ""),
    (a_locked_key_without_its_passphrase, 2, "protected by a passphrase, and", "Set ENCORD_SYNC_SSH_KEY_PASSPHRASE"),
    (an_unknown_key_in_the_file, 2, "unknown key: bundel_rows", "Did you mean bundle_rows?"),
    (another_kind_of_warehouse, 2, "Unknown kind of warehouse: mysql", "duckdb:///"),
]


@pytest.mark.parametrize(("case", "exit_code", "what", "remedy"), CASES, ids=[case[0].__name__ for case in CASES])
def test_bad_input_ends_in_one_message(
    case: Callable[[CommandLine], dict[str, Any]], exit_code: int, what: str, remedy: str, command: CommandLine
) -> None:
    synced = SyncedWarehouse(command.server, command.file)
    before = synced.snapshot(*KEPT)
    command.secrets.append(PASSPHRASE.replace(" ", "-"))
    printed = command.sync(**{"log_format": "text", **case(command)})
    assert_one_message(printed, exit_code, what, remedy)
    assert synced.snapshot(*KEPT) == before


def test_a_file_of_something_else_is_not_touched(command: CommandLine) -> None:
    command.file.write_bytes(b"PK\x03\x04 an archive" * 500)
    before = command.file.read_bytes()
    printed = command.sync()
    assert_one_message(printed, 6, "is not a DuckDB file", "Name another file")
    assert command.file.read_bytes() == before
    debugged = command.sync("--debug")
    assert (debugged.exit_code, debugged.is_traceback) == (6, True)
    assert command.file.read_bytes() == before


def test_a_warehouse_of_a_newer_release_is_not_touched(command: CommandLine) -> None:
    with connected(command.file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = command.file.read_bytes()
    assert_one_message(command.sync("--migrate"), 5, "does not know: a newer release", "Upgrade encord-sync")
    assert command.file.read_bytes() == before


def test_a_warehouse_that_somebody_has_open_is_not_touched(command: CommandLine) -> None:
    before = command.file.read_bytes()
    with duckdb.connect(str(command.file), read_only=True):
        assert_one_message(command.sync(), 8, "is held by process", "close it")
    assert command.file.read_bytes() == before


def test_a_full_disk_ends_the_run_and_keeps_what_was_committed(tmp_path: Path, farm_file: Path) -> None:
    """The file may grow no further; labels that would not fit are there after the next run."""
    with SampleServer(build_sample_world("small", seed=7)) as server:
        command = CommandLine(server, tmp_path)
        synced = SyncedWarehouse(server, copied(farm_file, command.file))
        before = synced.snapshot(*KEPT)
        size = command.file.stat().st_size
        for label_hash in synced.project.label_hashes:
            synced.project.save_labels(label_hash)
        printed = command.sync("--full", "--quiet", log_format="text", file_blocks=200)
        assert size > 200 * 512
        assert_one_message(printed, 6, "the disk is full", "Free space and run again")
        assert [synced.snapshot(table)[table] == before[table] for table in KEPT if table != "label_row"] == [True] * 4
        healed = synced.sync()
        assert healed.exit_code == 0


@pytest.mark.parametrize(
    ("proxy", "form"),
    [
        ("http://agent:zq-proxy@127.0.0.1:1", "text"),
        ("http://agent:zq@zq-proxy@127.0.0.1:1", "json"),
        ("http://agent:zq-proxy@[::1", "text"),
        ("http://agent:zq-proxy", "json"),
        ("agent:zq-proxy@127.0.0.1:1", "text"),
        ("socks9://agent:zq-proxy@127.0.0.1:1", "json"),
    ],
)
def test_a_proxys_password_is_not_printed(command: CommandLine, proxy: str, form: str) -> None:
    command.secrets.append("zq-proxy")
    command.environment = {"HTTP_PROXY": proxy, "http_proxy": proxy, "NO_PROXY": "", "no_proxy": ""}
    assert command.sync("--debug", "--verbose", log_format=form).exit_code not in {0, 1}
    with duckdb.connect(str(command.file)) as connection:
        assert connection.execute("SELECT count(*) FROM sync_run WHERE message LIKE '%zq-proxy%'").fetchone() == (0,)
