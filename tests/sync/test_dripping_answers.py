"""An answer that drips for ever, under the installed command: SIGTERM, a least rate and a longest time end it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sample import Endless, Fault, FaultAction, SampleServer
from tests.locks.started_commands import StartedCommands
from tests.source.world import image_world

SECONDS_TO_END = 10.0
"""Within these a run ends that was told to, on a busy machine too."""

BYTES = Endless(b" ", pause=0.3)
KILOBYTES = Endless(b" " * 2_000, pause=0.1)
HEADERS = Endless(pause=0.3, is_head=True)


@pytest.fixture
def commands(tmp_path: Path) -> Iterator[StartedCommands]:
    with SampleServer(image_world(rows=4)) as server:
        commands = StartedCommands(server, tmp_path)
        yield commands
        commands.end()


def seen(commands: StartedCommands, kind: str) -> None:
    """Wait until a request of a kind has come."""
    until = time.monotonic() + 60
    while not commands.server.requests.of_kind(kind):
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("kind", "action"), [("project", BYTES), ("listing", HEADERS), ("label_rows", KILOBYTES)], ids=str
)
def test_a_signal_ends_the_run_and_frees_the_warehouse(
    commands: StartedCommands, kind: str, action: FaultAction
) -> None:
    fault = commands.server.faults.add(Fault(action, kind=kind, times=None))
    dripping = commands.sync()
    seen(commands, kind)
    time.sleep(0.5)
    dripping.terminate()
    told = time.monotonic()
    assert dripping.ended().exit_code == 75
    assert time.monotonic() - told < SECONDS_TO_END
    fault.times = fault.hits
    assert commands.sync().ended().exit_code == 0


@pytest.mark.parametrize("kind", ["ontology", "label_rows"])
def test_a_byte_now_and_then_ends_with_its_own_exit_code(commands: StartedCommands, kind: str) -> None:
    fault = commands.server.faults.add(Fault(BYTES, kind=kind, times=None))
    ended = commands.sync("--read-timeout-seconds=1", "--bundle-rows=1").ended()
    assert ended.exit_code == (7 if kind == "label_rows" else 4), ended.all
    assert "came too slowly" in ended.all
    fault.times = fault.hits
    assert commands.sync().ended().exit_code == 0


def test_an_answer_that_never_ends_is_given_up_after_its_longest_time(commands: StartedCommands) -> None:
    commands.server.faults.add(Fault(KILOBYTES, kind="listing", times=None))
    ended = commands.sync("--answer-timeout-seconds=2", "--retry-attempts=6").ended()
    assert ended.exit_code == 4
    assert "not whole after 2 s" in ended.all
    assert len(commands.server.requests.of_kind("listing")) == 1
