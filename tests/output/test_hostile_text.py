"""Titles, branches and messages that hold control characters, bidirectional marks or markup are printed as they are."""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from connector.sample import SampleServer
from tests.output.conftest import COMMANDS
from tests.output.terminal import SEQUENCES, lines_of, on_terminal
from tests.sync.command_line import CommandLine, secretive_world
from tests.sync.synced_warehouse import copied

CLIPBOARD = "\x1b]52;c;Y3VybA==\x07"
TITLE = f"[/x] [bold]herd :cow: {CLIPBOARD}\x9b2J\x7f\u202e\u2066\u200b\u2028\ufeff\nRun forged succeeded"
SHOWN = r"[/x] [bold]herd :cow: \x1b]52;c;Y3VybA==\x07\x9b2J\x7f\u202e\u2066\u200b\u2028\ufeff\nRun forged succeeded"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, empty_file: Path) -> Iterator[CommandLine]:
    """The command, synced once, of a project whose texts are all hostile."""
    world = secretive_world(3)
    project = world.projects[world.project_hash]
    project.record["title"] = TITLE
    for row in project.rows.values():
        row.metadata["data_title"] = TITLE
        row.metadata["workflow_graph_node"] = {**row.metadata["workflow_graph_node"], "title": TITLE}
        row.metadata["assigned_user_email"] = TITLE
        row.forget()
    with SampleServer(world) as server:
        line = CommandLine(server, tmp_path_factory.mktemp("hostile"))
        copied(empty_file, line.file)
        assert line.sync().exit_code == 0
        assert line.run("export", "json", "--out=loaded.json").exit_code == 0
        with duckdb.connect(str(line.file)) as connection:
            failure = "INSERT INTO sync_failure VALUES ($1, $2, 'source_content', $2, now(), now(), 1, 'a run')"
            connection.execute(failure, [world.project_hash, TITLE])
        yield line


def unseen(text: str) -> set[str]:
    return {character for character in text if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_text_moves_the_terminal_or_forges_a_line(name: str, hostile: CommandLine) -> None:
    printed = hostile.run(*COMMANDS[name](hostile))
    assert unseen(printed.all) == {"\n"}, printed.all
    assert (SHOWN in printed.all) == (name not in {"publish", "migrate", "export coco", "report"})
    assert not [line for line in printed.all.splitlines() if line.startswith("Run forged")]


@pytest.mark.parametrize("name", ["sync", "verify", "status"])
def test_json_lines_hold_the_text_as_it_is_in_escapes(name: str, hostile: CommandLine) -> None:
    printed = hostile.run(*COMMANDS[name](hostile), "--log-format=json")
    assert unseen(printed.all) == {"\n"}, printed.all
    facts = [str(value) for line in printed.out.splitlines() for value in json.loads(line).values()]
    assert any(TITLE in fact for fact in facts)


@pytest.mark.parametrize("name", ["sync", "verify", "status", "check", "export json"])
def test_on_a_terminal_it_is_no_markup_and_ends_no_command(name: str, hostile: CommandLine) -> None:
    exit_code, received = on_terminal(hostile.folder, *COMMANDS[name](hostile), columns=400)
    assert exit_code == 0, received
    assert unseen(SEQUENCES.sub("", received)) <= {"\n", "\r"}
    assert SHOWN in "\n".join(lines_of(received))


def test_differences_that_verify_quotes_are_visible_too(hostile: CommandLine) -> None:
    with duckdb.connect(str(hostile.file)) as connection:
        connection.execute("UPDATE data_unit SET title = $1", [f"{CLIPBOARD}\u202e"])
    printed = hostile.run(*COMMANDS["verify"](hostile), "--verbose")
    assert printed.exit_code == 7
    assert unseen(printed.all) == {"\n"}
    assert rf"is \x1b]52;c;Y3VybA==\x07\u202e, in Encord it is {SHOWN}" in printed.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["status", f"--warehouse=duckdb:///{CLIPBOARD}"],
        ["status", "--debug", f"--warehouse=duckdb:///{CLIPBOARD}"],
        ["status", f"--{CLIPBOARD}"],
        [CLIPBOARD],
        ["load", CLIPBOARD, "--project=x"],
        ["demo", f"--size={CLIPBOARD}"],
        ["demo", f"--file=[/x]{CLIPBOARD}/x.duckdb"],
        ["export", "coco", f"--where={CLIPBOARD}\u202e"],
        ["export", "json", f"--project=[/x]{CLIPBOARD}"],
        ["export", "json", f"--out={CLIPBOARD}/x"],
    ],
    ids=str,
)
def test_what_was_typed_is_visible_in_messages(arguments: list[str], hostile: CommandLine) -> None:
    printed = hostile.run(*arguments)
    assert printed.exit_code in {2, 6}
    assert unseen(printed.all) == {"\n"}
    assert r"\x1b" in printed.err
