"""What is going on when a run is broken off: a first sync, and one that follows edits of every kind."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from connector.sample import SampleProject, SampleServer, SampleWorld
from tests.crash.crashed_warehouse import Contents, CrashedWarehouse
from tests.crash.engines import Engine
from tests.source.world import data_hash_of, image_world, label_hash_of

ROWS, UNOPENED, BUNDLE_ROWS = 9, 2, 3
BOX = "Zm9vYmFy"
"""The object hash of the box that each image has."""
COW = "Q293LWJv"
SCENES = ("new", "first", "edited")
"""Names of scenes."""


def gate_world(rows: int = ROWS, unopened: int = UNOPENED) -> SampleWorld:
    """Images with one box each, edited a year before the sample server's clock begins."""
    world = image_world(rows, unopened)
    world.clock.advance(datetime.timedelta(days=400))
    return world


def edit(project: SampleProject) -> None:
    """Something of every kind: labels, a branch, an opening, deletes, task, ontology."""
    for number in (0, 1, 2, 3):
        project.move_box(label_hash_of(number), BOX)
    project.add_object(label_hash_of(4), COW, {0: {"x": 0.5, "y": 0.5, "w": 0.25, "h": 0.25}})
    project.delete_object(label_hash_of(5), BOX)
    project.delete_label_row(label_hash_of(6))
    project.delete_data_unit(data_hash_of(7))
    project.open_data_unit(data_hash_of(ROWS))
    project.add_branch(data_hash_of(0), "model-1", is_copy_of_main=True)
    project.set_priority(data_hash_of(8), 0.75)
    project.add_attribute(COW, "Seen by", "text")


@dataclass(frozen=True)
class Scene:
    """A server, a warehouse to copy before each attempt, and what a sync of it must end with.

    Attributes:
        was: what the warehouse holds before; afterwards it must still know that this was so at `moment`.
    """

    name: str
    server: SampleServer
    before: CrashedWarehouse | None
    engine: Engine
    after: Contents
    was: Contents | None
    moment: datetime.datetime

    def warehouse(self) -> CrashedWarehouse:
        """The warehouse as it is before the run that is broken off."""
        if self.before is None:
            return CrashedWarehouse(self.server, self.engine, self.engine.absent())
        return self.before.copy()


@contextmanager
def scene(name: str, engine: Engine, rows: int = ROWS) -> Iterator[Scene]:
    """A sync of a new place, a first sync into tables without rows, or a sync after edits."""
    with SampleServer(gate_world(rows)) as server:
        before = None if name == "new" else CrashedWarehouse(server, engine, engine.empty())
        was, moment = None, datetime.datetime.now(datetime.UTC)
        if before and name == "edited":
            assert before.sync().exit_code == 0
            was, moment = before.contents_at(), datetime.datetime.now(datetime.UTC)
            edit(before.project)
        clean = CrashedWarehouse(server, engine, engine.empty()).clean_contents()
        yield Scene(name, server, before, engine, clean, was, moment)
