"""Who may read what the command makes: its user alone, but readers what is published; what is there stays as it is."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sample import SampleServer
from tests.locks.started_commands import StartedCommands
from tests.source.world import image_world
from tests.sync.command_line import CommandLine


@pytest.fixture
def command(tmp_path: Path) -> Iterator[CommandLine]:
    """The command, where there is no warehouse yet; whoever runs it lets everybody read what he makes."""
    with SampleServer(image_world(rows=3)) as server:
        yield CommandLine(server, tmp_path)


@pytest.fixture
def commands(tmp_path: Path) -> Iterator[StartedCommands]:
    with SampleServer(image_world(rows=3)) as server:
        started = StartedCommands(server, tmp_path)
        yield started
        started.end()


def mode(path: Path) -> str:
    return f"{path.stat().st_mode & 0o777:04o}"


def test_what_holds_labels_is_for_its_user_and_what_is_published_for_readers(command: CommandLine) -> None:
    published = command.folder / "copies" / "labels.duckdb"
    assert command.sync(f"--publish={published}", "--publish-format=duckdb", "--publish-format=parquet").exit_code == 0
    assert mode(command.file) == "0600"
    assert (mode(published.parent), mode(published)) == ("0755", "0444")
    parquet = published.with_name("labels-parquet") / "current"
    assert {mode(file) for file in parquet.iterdir()} == {"0644"}
    assert (mode(parquet.resolve()), mode(parquet.parent)) == ("0755", "0755")
    warehouse = f"--warehouse=duckdb:///{command.file}"
    for arguments in (
        ("export", "json", "--out=labels.json", "--ontology-out=ontology.json"),
        ("export", "coco", "--out=labels.coco"),
        ("report", "--out=report.html"),
    ):
        assert command.run(*arguments, warehouse).exit_code == 0
    for name in ("labels.json", "ontology.json", "labels.coco", "report.html"):
        assert mode(command.folder / name) == "0600", name


def test_the_mode_of_what_is_there_stays(command: CommandLine) -> None:
    """Also where a file takes the place of the one before."""
    published, labels = command.folder / "copy.duckdb", command.folder / "labels.json"
    export = ("export", "json", f"--out={labels}", f"--warehouse=duckdb:///{command.file}")
    assert command.sync(f"--publish={published}").exit_code == 0
    assert command.run(*export).exit_code == 0
    for file, chosen in ((command.file, 0o640), (published, 0o440), (labels, 0o644)):
        file.chmod(chosen)
    project = command.server.world.projects[command.server.world.project_hash]
    project.save_labels(min(project.label_hashes))
    assert command.sync(f"--publish={published}").exit_code == 0
    assert command.run(*export).exit_code == 0
    assert [mode(file) for file in (command.file, published, labels)] == ["0640", "0440", "0644"]


@pytest.mark.parametrize("opened_to_readers", [False, True])
def test_the_log_beside_a_warehouse_is_as_open_as_it_is(commands: StartedCommands, opened_to_readers: bool) -> None:
    if opened_to_readers:
        assert commands.start("migrate", f"--warehouse={commands.warehouse}").ended().exit_code == 0
        commands.file.chmod(0o644)
    commands.held_up_sync()
    log = commands.file.with_name("labels.duckdb.wal")
    assert mode(commands.file) == mode(log) == ("0644" if opened_to_readers else "0600")
    assert mode(commands.lock_file) == "0644", "who is at it is no secret"


SPILLING = """
import sys
from pathlib import Path
from connector.process.file_modes import make_files_private
from connector.load.on_duckdb.opening import connect
make_files_private()
connection = connect(Path(sys.argv[1]), settings={"memory_limit": "30MB", "threads": "1"})
connection.execute("SELECT range, hash(range) FROM range(3000000) ORDER BY 2").fetchone()
folder = Path(sys.argv[1] + ".tmp")
print(*[f"{path.stat().st_mode & 0o777:04o}" for path in (folder, *folder.iterdir())])
"""


def test_what_duckdb_spills_is_for_its_user(tmp_path: Path) -> None:
    script = tmp_path / "spilling.py"
    script.write_text(SPILLING)
    spilling = [sys.executable, str(script), str(tmp_path / "labels.duckdb")]
    printed = subprocess.run(spilling, capture_output=True, text=True, check=True).stdout.split()
    assert len(printed) > 1
    assert set(printed) == {"0700", "0600"}


def test_a_key_file_that_others_can_read_is_told(command: CommandLine) -> None:
    command.key_file.chmod(0o640)
    said = f"The SSH key file {command.key_file} can be read by other users (mode 0640). Run chmod 600 on it."
    checked = command.run(
        "check", f"--ssh-key-file={command.key_file}", f"--domain={command.server.domain}",
        f"--project={command.server.world.project_hash}",
    )  # fmt: skip
    assert checked.exit_code == 0
    assert f"warn  key file readable: {said}" in checked.out.splitlines()
    assert said in command.sync(log_format="text").err
    command.key_file.chmod(0o600)
    assert "chmod" not in command.sync(log_format="text").all
