"""Options as flags: what the user gave reaches the settings, and nothing else does."""

from typing import Any

import click
import pytest
from click.testing import CliRunner

from connector.commands.options import given, with_settings
from connector.config import load_settings


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], {}),
        (["--full"], {"full": True}),
        (["--consensus-tasks"], {"consensus_tasks": True}),
        (["--no-consensus-tasks"], {"consensus_tasks": False}),
    ],
)
def test_only_flags_that_were_given_count(arguments: list[str], expected: dict[str, bool]) -> None:
    heard: list[dict[str, Any]] = []

    @click.command()
    @with_settings("full", "consensus_tasks")
    def command(config: object, **flags: object) -> None:
        assert config is None
        heard.append(given(flags))

    assert CliRunner().invoke(command, arguments).exit_code == 0
    assert heard == [expected]
    assert load_settings(heard[0], {}).consensus_tasks is expected.get("consensus_tasks", True)
