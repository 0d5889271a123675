"""No encoding of the output, and no bytes on the command line or in the environment, make an internal error."""

import json
import os
import subprocess
from collections.abc import Mapping

import pytest

from tests.output.conftest import COMMANDS
from tests.sync.command_line import COMMAND, CommandLine

NARROW = [
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "ascii"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]
NOT_TEXT = b"caf\xe9"


def run(line: CommandLine, environment: Mapping[str, str | bytes], *arguments: str | bytes) -> tuple[int, bytes, bytes]:
    given = {os.fsencode(name): os.fsencode(value) for name, value in {**os.environ, **environment}.items()}
    done = subprocess.run(
        [str(COMMAND), *arguments], cwd=line.folder, env=given, capture_output=True, timeout=120, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        *((name, NARROW[0]) for name in ("--help", "demo", "sync", "check", "status", "load", "report")),
        *((name, environment) for name in ("--help", "verify") for environment in NARROW[1:]),
    ],
    ids=str,
)
def test_what_an_encoding_lacks_is_an_escape(name: str, environment: dict[str, str], synced: CommandLine) -> None:
    arguments = COMMANDS[name](synced) if name in COMMANDS else name.split()
    exit_code, out, err = run(synced, environment, *arguments)
    assert exit_code == 0, err.decode("latin-1")
    printed = (out + err).decode("latin-1")
    assert "…" not in printed
    if name == "demo":
        assert r"\u2026 " in printed


@pytest.mark.parametrize("environment", NARROW, ids=str)
def test_json_lines_are_json_in_every_encoding(environment: dict[str, str], synced: CommandLine) -> None:
    title = "Kühe auf der Weide 🐄"
    arguments = [*COMMANDS["load"](synced)[:2], "--project=01234567-89ab-cdef-0123-456789abcdef", "--log-format=json"]
    environment = {**environment, "ENCORD_SYNC_WAREHOUSE": "duckdb:///titled.duckdb"}
    exit_code, _, err = run(
        synced, {"ENCORD_SYNC_WAREHOUSE": "duckdb:///titled.duckdb"}, *arguments, f"--title={title}"
    )
    assert exit_code == 0, err
    exit_code, out, err = run(synced, environment, "status", "--log-format=json")
    assert (exit_code, err) == (0, b"")
    assert out.isascii()
    assert json.loads(out)["title"] == title


TAKES_TEXT: list[tuple[str, ...]] = [
    ("sync", "--project"),
    ("sync", "--project-title"),
    ("sync", "--warehouse"),
    ("sync", "--schema"),
    ("sync", "--ssh-key-file"),
    ("sync", "--publish"),
    ("sync", "--config"),
    ("check", "--domain"),
    ("verify", "--project"),
    ("demo", "--file"),
    ("load", "--title"),
    ("export", "json", "--out"),
    ("export", "coco", "--where"),
    ("export", "frames", "--video"),
]


@pytest.mark.parametrize("words", TAKES_TEXT, ids=" ".join)
def test_an_argument_that_is_no_text_names_its_option(words: tuple[str, ...], synced: CommandLine) -> None:
    exit_code, out, err = run(synced, {}, *words, NOT_TEXT)
    assert (exit_code, out) == (2, b"")
    assert err.decode() == (
        f"encord-sync: What stands at {words[-1]} is not text in utf-8: 'caf\\udce9'. Give it in that encoding,"
        " or set LC_ALL to one that it is in; rename a file of such a name.\n"
    )


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("ENCORD_SYNC_WAREHOUSE", "warehouse (environment) is not text in utf-8."),
        ("ENCORD_SYNC_PROJECT", "project (environment) is not text in utf-8."),
        ("ENCORD_SSH_KEY", "ssh_key (environment) is not text in utf-8."),
        ("ENCORD_SSH_KEY_FILE", "ssh_key_file (environment) is not text in utf-8."),
        ("ENCORD_SYNC_CONFIG", "The configuration file 'caf\\udce9' does not exist"),
    ],
)
def test_a_variable_that_is_no_text_is_named_without_its_value(variable: str, said: str, synced: CommandLine) -> None:
    exit_code, _, err = run(synced, {variable: NOT_TEXT}, "check")
    assert exit_code == 2
    assert said in err.decode()


def test_a_user_and_a_folder_whose_names_are_no_text_hinder_nothing(synced: CommandLine) -> None:
    folder = synced.folder / os.fsdecode(NOT_TEXT)
    folder.mkdir()
    environment = {os.fsencode(name): os.fsencode(value) for name, value in os.environ.items()}
    environment |= {b"USER": NOT_TEXT, b"LOGNAME": NOT_TEXT}
    for arguments in (["migrate"], ["status", "--log-format=json"], ["demo"]):
        done = subprocess.run([str(COMMAND), *arguments], cwd=folder, env=environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
