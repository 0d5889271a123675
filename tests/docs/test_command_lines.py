"""Every command line of the pages is one that the command takes: words, options and values."""

import re
import shlex
from pathlib import Path

import click
import pytest

from connector.cli import application
from tests.docs.pages import blocks


def lines() -> list[tuple[Path, list[str]]]:
    """The words of each call of encord-sync in shell, cron and systemd blocks."""
    found = []
    for block in (*blocks("sh"), *blocks("text")):
        for line in block.text.replace("\\\n", " ").splitlines():
            command, begun, rest = line.partition("encord-sync ")
            is_call = begun and (not command.strip() or command.lstrip().startswith(("*/", "ExecStart=")))
            if is_call:
                rest = rest.removeprefix("sync/bin/encord-sync ")
                words = shlex.split(re.split(r" (?:>>?|\|) ", rest)[0], comments=True)
                found.append((block.page, words))
    return found


def refusal(words: list[str]) -> str | None:
    """Why the command would not take these words; None if it would."""
    command: click.Command = application
    try:
        while isinstance(command, click.Group):
            name, *words = words
            if name.startswith("-"):
                return None
            found = command.get_command(click.Context(command, **application.context_settings), name)
            if found is None:
                return f"no command {name}"
            command = found
        command.make_context(command.name, words, **application.context_settings)
    except click.ClickException as error:
        return error.format_message()
    except click.exceptions.Exit:
        return None
    return None


def test_the_command_takes_every_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ontology.json", "exports/*.json"):  # a shell would have filled in the star
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    found = lines()
    assert len(found) >= 20
    refused = [(page.name, words, why) for page, words in found if (why := refusal(words)) is not None]
    assert refused == []


def test_a_wrong_line_would_be_found() -> None:
    assert refusal(["sync", "--wharehouse", "duckdb:///labels.duckdb"]) is not None
    assert refusal(["exprot", "json"]) == "no command exprot"
