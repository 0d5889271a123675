"""The recipes for schedulers: their tools find nothing to say, and the command lines in them sync the sample."""

import configparser
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import strictyaml

from tests.duckdb_files import connected
from tests.examples.starter import EXAMPLES, environment, program, run, succeeded

pytestmark = pytest.mark.examples

RECIPES = EXAMPLES / "unattended"
INSTALLED = "/opt/encord-sync/bin/encord-sync"
COMMAND = str(Path(sys.executable).with_name("encord-sync"))
ROWS = 9


def text_of(name: str) -> str:
    return (RECIPES / name).read_text(encoding="utf-8")


def service() -> configparser.ConfigParser:
    units = configparser.ConfigParser(interpolation=None, strict=True)
    units.optionxform = str  # type: ignore[assignment,method-assign] # systemd's names have capitals
    units.read_string(text_of("encord-sync.service"))
    return units


def here(command: str, config: Path) -> str:
    """A command line as it reads on this machine."""
    assert INSTALLED in command
    assert "/etc/encord-sync.toml" in command
    log = config.with_name("encord-sync.jsonl")
    command = command.replace("/var/log/encord-sync.jsonl", str(log))
    return command.replace(INSTALLED, COMMAND).replace("/etc/encord-sync.toml", str(config))


def rows_in(file: Path) -> int:
    with connected(file, read_only=True) as connection:
        return int(connection.execute("SELECT count(*) FROM object_on_frame").fetchall()[0][0])


def verified(folder: Path) -> "subprocess.CompletedProcess[str]":
    units = [folder / f"encord-sync.{kind}" for kind in ("service", "timer")]
    return run("systemd-analyze", "verify", "--man=no", *units, folder=folder)


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for kind in ("service", "timer"):
        text = text_of(f"encord-sync.{kind}").replace(INSTALLED, COMMAND)
        (tmp_path / f"encord-sync.{kind}").write_text(text, encoding="utf-8")
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    done = verified(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    timer = tmp_path / "encord-sync.timer"
    timer.write_text(timer.read_text().replace("*:0/15", "*:0/75x"))
    assert "Failed to parse calendar specification" in verified(tmp_path).stderr


def test_the_service_syncs_with_the_key_of_its_credentials(config: Path, tmp_path: Path) -> None:
    unit = service()["Service"]
    assert unit["LoadCredential"] == "ssh-key:/etc/encord-sync/ssh-key"
    variable, _, value = unit["Environment"].partition("=")
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (tmp_path / "key").rename(credentials / "ssh-key")
    config.write_text(re.sub("ssh_key_file.*\n", "", config.read_text()))
    command = here(unit["ExecStart"], config)
    succeeded("sh", "-c", command, folder=tmp_path, **{variable: value.replace("%d", str(credentials))})
    assert rows_in(tmp_path / "published.duckdb") == ROWS


def test_cron_syncs(config: Path, tmp_path: Path) -> None:
    [line] = [line for line in text_of("crontab").splitlines() if not line.startswith("#")]
    *when, user, command = line.split(maxsplit=6)
    assert (when, user) == (["*/15", "*", "*", "*", "*"], "encord-sync")
    assert "%" not in command  # cron would end the line there
    succeeded("sh", "-c", here(command, config), folder=tmp_path)
    assert rows_in(tmp_path / "published.duckdb") == ROWS
    assert '"event":"published"' in (tmp_path / "encord-sync.jsonl").read_text()


def test_the_workflow_is_one_and_its_steps_sync_and_report(config: Path, tmp_path: Path) -> None:
    check = (program("unattended", "check-jsonschema"), "--builtin-schema", "vendor.github-workflows")
    succeeded(*check, RECIPES / "github-actions.yml", folder=tmp_path)
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(text_of("github-actions.yml").replace("runs-on", "runs_on"))
    assert run(*check, wrong, folder=tmp_path).returncode == 1

    document = strictyaml.load(text_of("github-actions.yml")).data
    commands = [step["run"] for step in document["jobs"]["sync"]["steps"] if "run" in step]
    install, *ours = commands
    assert install == "pip install --constraint .ci/constraints.txt '.[postgres]'"
    assert len(ours) == 2
    for command in ours:
        assert command.startswith("encord-sync ")
        succeeded("sh", "-c", command, folder=tmp_path, ENCORD_SYNC_CONFIG=str(config))
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_the_dockerfile_passes_hadolint(tmp_path: Path) -> None:
    hadolint = program("unattended", "hadolint")
    succeeded(hadolint, RECIPES / "Dockerfile", folder=tmp_path)
    wrong = tmp_path / "Dockerfile"
    wrong.write_text(text_of("Dockerfile").replace(":3.13.5-slim-bookworm", ""))
    assert run(hadolint, wrong, folder=tmp_path).returncode == 1


def test_what_the_dockerfile_copies_is_there_and_it_is_not_root() -> None:
    lines = text_of("Dockerfile").splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY") and "--from" not in line]
    assert len(copied) == 6
    for names in copied:
        for name in names:
            assert (EXAMPLES.parent / name).exists(), name
    assert "USER 10001" in lines


@pytest.mark.timeout(300)
def test_again_syncs_again_is_healthy_and_ends_when_told(config: Path, tmp_path: Path) -> None:
    [health] = re.findall(r'CMD \["sh", "-c", "(encord-sync status .*)"\]', text_of("Dockerfile"))
    settings = environment(ENCORD_SYNC_CONFIG=str(config), EVERY="1")
    log = tmp_path / "log"
    with (
        log.open("w") as printed,
        subprocess.Popen(["sh", RECIPES / "again.sh"], cwd=tmp_path, env=settings, stderr=printed) as loop,
    ):
        try:
            end = time.monotonic() + 200
            while log.read_text().count(": succeeded.") < 2 and time.monotonic() < end:
                time.sleep(0.2)
            assert log.read_text().count(": succeeded.") >= 2, log.read_text()
            assert run("sh", "-c", health, folder=tmp_path, ENCORD_SYNC_CONFIG=str(config)).returncode == 0
        finally:
            loop.send_signal(signal.SIGTERM)
        assert loop.wait(60) == 0
    with connected(tmp_path / "labels.duckdb") as connection:
        connection.execute("UPDATE sync_run SET outcome = 'failed'")
    assert run("sh", "-c", health, folder=tmp_path, ENCORD_SYNC_CONFIG=str(config)).returncode == 1
