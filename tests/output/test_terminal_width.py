"""On a terminal of 80 columns no word is broken, and the same command prints the same text as into a pipe."""

import pytest

from tests.output.conftest import COMMANDS
from tests.output.terminal import lines_of, on_terminal
from tests.sync.command_line import CommandLine

HELP = ["", "sync", "check", "verify", "status", "publish", "migrate", "demo", "load"]
HELP += ["export", "export json", "export coco", "export frames"]


def assert_fits(lines: list[str], columns: int = 80) -> None:
    """A longer line is one word, for which there is no better place; the terminal breaks every other one."""
    assert [line for line in lines if len(line) > columns and len(line.split()) > 1] == []


@pytest.mark.parametrize("name", HELP)
def test_help_fits(name: str, synced: CommandLine) -> None:
    exit_code, received = on_terminal(synced.folder, *name.split(), "--help")
    assert exit_code == 0
    assert_fits(lines_of(received))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_terminal_shows_the_words_of_the_pipe(name: str, synced: CommandLine) -> None:
    exit_code, received = on_terminal(synced.folder, *COMMANDS[name](synced), columns=60)
    shown = lines_of(received)
    assert exit_code == 0, received
    assert_fits(shown, 60)
    in_a_pipe = synced.run(*COMMANDS[name](synced)).all
    assert [_without_numbers(word) for word in " ".join(shown).split()] == [
        _without_numbers(word) for word in in_a_pipe.split()
    ]


def _without_numbers(word: str) -> str:
    """Run ids, times and seconds differ from run to run."""
    return "#" if any(letter.isdigit() for letter in word) else word


def test_the_demo_fits(synced: CommandLine) -> None:
    exit_code, received = on_terminal(synced.folder, "demo")
    assert exit_code == 0
    assert_fits(lines_of(received))


def test_what_a_terminal_is_too_narrow_for_is_indented_below(synced: CommandLine) -> None:
    _, received = on_terminal(synced.folder, "status", columns=60)
    lines = lines_of(received)
    place = next(number for number, line in enumerate(lines) if line.startswith("  holds"))
    assert lines[place + 1].startswith(" " * 16)
    assert lines[place + 1].strip()
