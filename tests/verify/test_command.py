"""`encord-sync verify` as users call it: what it prints, what it never prints, and its exit codes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.sample import SampleServer
from connector.verify.verification import sample_of
from connector.verify.verified_project import Sample
from tests.source.world import label_hash_of
from tests.sync.command_line import LABEL_TEXT, CommandLine, Printed, secretive_world
from tests.sync.synced_warehouse import SyncedWarehouse

FIRST = label_hash_of(0)
FORGED = "forged by hand"
NOTE = {
    "id": "1.1",
    "name": "Note",
    "type": "text",
    "required": False,
    "dynamic": False,
    "featureNodeHash": "Tm90ZS10",
}


@pytest.fixture
def command(tmp_path: Path) -> Iterator[CommandLine]:
    """The command with a synced warehouse; its labels hold a remark, which it must never print unasked."""
    world = secretive_world()
    (cow,) = world.projects[world.project_hash].editor["objects"]
    cow["attributes"] = [NOTE]
    with SampleServer(world) as server:
        line = CommandLine(server, tmp_path)
        assert SyncedWarehouse(server, line.file).sync().exit_code == 0
        line.secrets.append(FORGED)
        yield line


def verify(command: CommandLine, *flags: str) -> Printed:
    return command.run(
        "verify",
        f"--ssh-key-file={command.key_file}",
        f"--domain={command.server.domain}",
        f"--project={command.server.world.project_hash}",
        f"--warehouse=duckdb:///{command.file}",
        "--retry-attempts=1",
        *flags,
    )


def forge(command: CommandLine) -> None:
    """Change one text and one number of one label row by hand."""
    with duckdb.connect(str(command.file)) as connection:
        for change in (f"attribute_answer SET answer_text = '{FORGED}'", "object_annotation SET x = 0.125"):
            ((count,),) = connection.execute(f"UPDATE {change} WHERE label_hash = '{FIRST}'").fetchall()
            assert count == 1


def test_text_names_what_differs_and_shows_labels_only_where_asked_for(command: CommandLine) -> None:
    equal = verify(command, "--log-format=text", "--verbose")
    assert (equal.exit_code, equal.out) == (0, "")
    assert "Verified: the warehouse holds what Encord holds." in equal.err
    forge(command)
    found = verify(command, "--log-format=text")
    assert (found.exit_code, found.out) == (7, "")
    assert f"object_annotation of label row {FIRST}: x is 0.125, in Encord it is 0.1 (object_hash Zm9v" in found.err
    assert "answer_text is text of 14 characters, in Encord it is text of 26 characters" in found.err
    assert "differences: 2 (label rows concerned: 1)" in found.err
    command.secrets = [secret for secret in command.secrets if secret not in (LABEL_TEXT, FORGED)]
    shown = verify(command, "--log-format=text", "--verbose")
    assert f"answer_text is {FORGED}, in Encord it is {LABEL_TEXT}" in shown.err


def test_json_has_one_line_a_difference_also_where_only_errors_are_printed(command: CommandLine) -> None:
    forge(command)
    events = [json.loads(line) for line in verify(command, "--log-format=json", "--quiet").out.splitlines()]
    assert [event["event"] for event in events] == ["difference", "difference", "project_verified", "verify_finished"]
    number, text = events[:2]
    assert {name: number[name] for name in ("kind", "table", "label_hash", "column", "encord", "warehouse")} == {
        "kind": "changed",
        "table": "object_annotation",
        "label_hash": FIRST,
        "column": "x",
        "encord": 0.1,
        "warehouse": 0.125,
    }
    assert number["key"] == {"label_hash": FIRST, "object_hash": "Zm9vYmFy", "space_id": "root", "frame": 0}
    assert (text["table"], text["encord"]) == ("attribute_answer", "text of 26 characters")
    counts = {name: events[2][name] for name in ("compared", "differences", "differing_label_rows", "is_equal")}
    assert counts == {"compared": 4, "differences": 2, "differing_label_rows": 1, "is_equal": False}
    assert events[3]["exit_code"] == 7


def test_a_sample_says_its_seed(command: CommandLine) -> None:
    chosen = [json.loads(line) for line in verify(command, "--sample=2", "--log-format=json").out.splitlines()]
    assert (chosen[0]["event"], chosen[0]["count"]) == ("sample_chosen", 2)
    assert f"--seed {chosen[0]['seed']}" in chosen[0]["text"]
    assert next(event for event in chosen if event["event"] == "project_verified")["compared"] == 2


@pytest.mark.parametrize(
    ("count", "seed", "is_all", "said"),
    [(2, None, True, "Both --sample and --all"), (None, 2, False, "Give --sample N with it")],
)
def test_flags_that_contradict_each_other_are_refused(
    count: int | None, seed: int | None, said: str, *, is_all: bool
) -> None:
    with pytest.raises(ConnectorError, match=said) as caught:
        sample_of(count, seed, is_all=is_all)
    assert caught.value.kind is ErrorKind.CONFIGURATION


def test_a_seed_is_made_where_none_is_given() -> None:
    assert sample_of(None, None, is_all=True) is None
    assert sample_of(3, 4, is_all=False) == Sample(3, 4)
    seeds = {sample.seed for _ in range(4) if (sample := sample_of(3, None, is_all=False))}
    assert len(seeds) > 1


def test_a_warehouse_that_is_held_is_refused(command: CommandLine) -> None:
    holding = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(command.file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        held = verify(command)
        holder.communicate("")
    assert held.exit_code == 8
    assert f"process {holder.pid}" in held.err


def test_help_reads_like_a_manual_page(command: CommandLine) -> None:
    text = command.run("verify", "--help").out
    for part in ("--sample N", "--all", "--seed N", "Examples:", "Exit codes:", "--warehouse URL"):
        assert part in text
    assert '"not synced yet"' in " ".join(text.split())
    assert "7  the warehouse differs from Encord, or something could not be compared" in text
    assert "verify" in command.run("--help").out
