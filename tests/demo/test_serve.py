"""`encord-sync demo --serve`: loopback only, a key that works, and nothing left behind."""

import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from encord import EncordUserClient

from connector.cli import application
from connector.errors import ConnectorError
from tests.forked_command import COMMAND

PATIENCE = 60.0


@contextmanager
def served(folder: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    """The command, once it has written its environment."""
    process = subprocess.Popen(
        [COMMAND, "demo", "--serve", *options], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        until = time.monotonic() + PATIENCE
        while not (folder / "demo-server" / "environment").exists():
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.communicate()


def exported(folder: Path) -> dict[str, str]:
    lines = (folder / "demo-server" / "environment").read_text(encoding="utf-8").splitlines()
    pairs = (line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export "))
    return {name: value.strip("'") for name, value in pairs}


def refusal(*options: str) -> str:
    error = CliRunner().invoke(application, ["demo", "--serve", *options]).exception
    assert isinstance(error, ConnectorError)
    return f"{error.kind.value}: {error.message} {error.remedy}"


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_it_serves_two_projects_until_told_to_stop(tmp_path: Path) -> None:
    with served(tmp_path) as process:
        values = exported(tmp_path)
        key = Path(values["ENCORD_SYNC_SSH_KEY_FILE"])
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        client = EncordUserClient.create_with_ssh_private_key(
            ssh_private_key_path=str(key), domain=values["ENCORD_SYNC_DOMAIN"]
        )
        stages = {
            project.title: {stage.title for stage in project.workflow.stages} for project in client.list_projects()
        }
        assert set(stages) == {"Meadowbrook dairy herd", "Hilltop pasture survey"}
        assert stages["Hilltop pasture survey"] == {"Annotate", "Review", "Complete"}
        port = int(values["ENCORD_SYNC_DOMAIN"].rpartition(":")[2])
        # All of 127.0.0.0/8 is this machine: a server on every address would answer there.
        with socket.socket() as elsewhere, pytest.raises(ConnectionRefusedError):
            elsewhere.connect(("127.0.0.2", port))
        process.send_signal(signal.SIGTERM)
        printed, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, printed
    assert all(f"export {name}=" in printed for name in values)
    assert f"export ENCORD_SYNC_DOMAIN={values['ENCORD_SYNC_DOMAIN']}\n" in printed
    assert "PRIVATE KEY" not in printed
    assert names(tmp_path) == []


def test_what_somebody_put_beside_the_key_stays(tmp_path: Path) -> None:
    with served(tmp_path) as process:
        (tmp_path / "demo-server" / "notes.txt").touch()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
    assert names(tmp_path / "demo-server") == ["notes.txt"]


def test_a_killed_server_is_followed_by_another_but_a_running_one_is_not_disturbed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path) as process:
        process.kill()
        process.wait()
    assert (tmp_path / "demo-server" / "key").exists()
    before = exported(tmp_path)
    with served(tmp_path) as process:
        until = time.monotonic() + PATIENCE
        while exported(tmp_path) == before:
            assert time.monotonic() < until
            time.sleep(0.05)
        monkeypatch.chdir(tmp_path)
        refused = refusal()
        assert refused.startswith("locked: The folder demo-server is held")
        assert f"process {process.pid}" in refused
        assert refused.endswith("name another --folder.")
        assert (tmp_path / "demo-server" / "key").exists()


def test_a_folder_of_somebody_else_and_a_taken_port_are_refused(tmp_path: Path) -> None:
    mine = tmp_path / "keys"
    mine.mkdir()
    (mine / "key").write_text("mine")
    assert "it holds files of somebody else" in refusal("--folder", str(mine), "--file", str(tmp_path / "demo.duckdb"))
    assert (mine / "key").read_text() == "mine"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "--port" in refusal("--port", port, "--folder", str(tmp_path / "served"))
    assert names(tmp_path) == ["keys"]


def test_options_of_the_server_need_the_server() -> None:
    for option in ("--port=9999", "--edit-every=30", "--folder=elsewhere"):
        result = CliRunner().invoke(application, ["demo", option])
        assert result.exit_code == 2
        assert "go with --serve" in result.output
