"""What the command prints when all is well, and when a label row is not: lines for people, JSON for collectors."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sample import INVALID_JSON, Fault, HttpStatus, SampleServer, without_key
from tests.source.world import label_hash_of
from tests.sync.command_line import CommandLine, secretive_world
from tests.sync.synced_warehouse import SyncedWarehouse, copied

BAD = label_hash_of(2)


@pytest.fixture
def command(tmp_path: Path, empty_file: Path) -> Iterator[CommandLine]:
    """The command, with a warehouse that has never been synced."""
    with SampleServer(secretive_world()) as server:
        line = CommandLine(server, tmp_path)
        copied(empty_file, line.file)
        yield line


def test_json_has_one_line_an_event_and_the_receipt(command: CommandLine) -> None:
    command.server.faults.add(Fault(HttpStatus(429, retry_after=1), kind="listing"))
    command.server.faults.add(Fault(without_key("data_units"), kind="label_rows", label_hash=BAD, times=None))
    printed = command.sync("--verbose", log_format="json", retry_attempts=2)
    assert (printed.exit_code, printed.err) == (7, "")
    events = [json.loads(line) for line in printed.out.splitlines()]
    assert all({"time", "level", "event", "text"} <= event.keys() for event in events)
    assert {"waiting", "compared", "label_row_failed", "project_finished", "run_finished"} <= {
        event["event"] for event in events
    }
    (receipt,) = [event for event in events if event["event"] == "project_finished"]
    assert (receipt["listed"], receipt["loaded"], receipt["failed"]) == (4, 3, 1)
    (failed,) = [event for event in events if event["event"] == "label_row_failed"]
    assert failed["label_hash"] == BAD
    assert events[-1]["exit_code"] == 7
    synced = SyncedWarehouse(command.server, command.file)
    assert synced.failures() == {BAD: "source_content"}
    assert str(command.key_file) in synced.value("SELECT command FROM sync_run")


def test_garbled_answers_do_not_bring_labels_into_the_output(command: CommandLine) -> None:
    """The SDK puts whole answers into its exceptions."""
    body = b'{"status": 200, "response": [' + command.server.world.private_key.encode() + b"limps on the left hind leg"
    command.server.faults.add(Fault(type(INVALID_JSON)(body), kind="label_rows", times=None))
    printed = command.sync("--verbose", "--debug", log_format="text")
    assert printed.exit_code == 7
    assert "4 listed = 0 loaded + 0 unchanged + 4 failed + 0 not opened yet" in printed.err
    assert printed.out == ""
