"""Fixtures: a running sample server, and a list that hears what the source tells."""

import dataclasses
from collections.abc import Iterator
from typing import Literal

import pytest

from connector.sample import SampleServer
from tests.source.world import image_world


@dataclasses.dataclass(frozen=True)
class HeardEvent:
    name: str
    text: str
    fields: dict[str, object]


class Listener(list[HeardEvent]):
    def __call__(self, name: str, text: str, *, level: Literal["warning"], **fields: object) -> None:
        self.append(HeardEvent(name, text, {"level": level, **fields}))

    def named(self, name: str) -> list[HeardEvent]:
        return [event for event in self if event.name == name]


@pytest.fixture
def heard() -> Listener:
    return Listener()


@pytest.fixture
def server() -> Iterator[SampleServer]:
    """Eight label rows, and two data units that nobody has opened."""
    with SampleServer(image_world(rows=8, unopened=2)) as running:
        yield running
