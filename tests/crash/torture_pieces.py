"""The pieces that the long form of the crash tests is cut into, and how a worker process runs one."""

import argparse
import atexit
import itertools
import os
import random
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.command_server import CommandServer
from tests.crash.edit_histories import follow_edits
from tests.crash.engines import DuckDBEngine, Engine
from tests.crash.fault_matrix import CASES, EDITS_MEANWHILE, edited_meanwhile, random_history, suffered
from tests.crash.histories import run_histories
from tests.crash.kills import commit_points, killed_at_instants, killed_at_point
from tests.crash.postgres_engine import PostgresEngine
from tests.crash.scenes import SCENES, Scene, scene
from tests.postgres_server import PostgresServer
from tests.publish.killed_publish import KilledPublications

PARTS = (
    "kills at commit points",
    "kills at random instants",
    "publications killed",
    "faults alone",
    "edits during a sync",
    "faults mixed",
    "steps of histories",
    "edits followed",
)
_KILLS_A_PIECE, _STEPS_A_PIECE, _SLICES, _SAME_STEPS, _EDITS_A_HISTORY = 20, 100, 4, 2, 60


@dataclass(frozen=True)
class Piece:
    """A part of the whole that a process does at a stretch.

    Attributes:
        engine: duckdb or postgresql.
        part: one of PARTS.
        name: what of it.
        amount: kills, histories or steps.
        number: which slice of _SLICES, where the piece is one.
        seed: of all that chance chooses.
    """

    engine: str
    part: str
    name: str
    amount: int = 0
    number: int = 0
    seed: str = ""

    def __str__(self) -> str:
        return f"{self.engine}, {self.part}, {self.name}"


@dataclass(frozen=True)
class Done:
    """What a piece came to: its figures, and what was not as it should be."""

    piece: Piece
    figures: Counter[str] = field(default_factory=Counter)
    failure: str = ""

    @property
    def told(self) -> str:
        """The figures in one line."""
        return "FAILED" if self.failure else ", ".join(f"{what} {count:,}" for what, count in self.figures.items())


def pieces_of(engine: str, asked: argparse.Namespace) -> Iterator[Piece]:
    """All pieces on one engine."""
    share = -(-asked.kills // len(SCENES))
    for name in SCENES:
        for number, amount in enumerate(_shares(share, _KILLS_A_PIECE)):
            seed = f"{asked.seed} {name} {number}"
            yield Piece(engine, "kills at random instants", f"scene {name}, {number}", amount, seed=seed)
        for number in range(_SLICES):
            yield Piece(engine, "kills at commit points", f"scene {name}, slice {number}", number=number)
    if engine == "duckdb":
        for number in range(_SLICES):
            yield Piece(engine, "publications killed", f"at points, slice {number}", number=number)
        for number, amount in enumerate(_shares(asked.publish_kills, _KILLS_A_PIECE)):
            seed = f"{asked.seed} {number}"
            yield Piece(engine, "publications killed", f"at instants, {number}", amount, seed=seed)
    for number in range(_SLICES):
        yield Piece(engine, "faults alone", f"slice {number}", number=number)
    yield Piece(engine, "edits during a sync", "all kinds")
    for number in range(asked.histories):
        yield Piece(engine, "faults mixed", f"history {number}", seed=f"{asked.seed} {number}")
    for number in range(asked.histories):
        yield Piece(engine, "edits followed", f"history {number}", _EDITS_A_HISTORY, seed=f"{asked.seed} {number}")
    for number in range(-(-asked.steps // _STEPS_A_PIECE)):
        yield Piece(engine, "steps of histories", f"history {number}", _STEPS_A_PIECE, seed=f"{asked.seed} {number}")


def _shares(amount: int, most: int) -> list[int]:
    return [min(most, amount - done) for done in range(0, amount, most)]


class _Worker:
    """What a worker process makes once: engines and the process that commands are forked from."""

    def __init__(self, folder: Path) -> None:
        self._stack = ExitStack()
        self._folder = folder
        self._numbers = itertools.count()
        self._engines: dict[str, Engine] = {}
        self.command = self._stack.enter_context(CommandServer())
        atexit.register(self._stack.close)

    def engine(self, name: str) -> Engine:
        if name not in self._engines:
            if name == "duckdb":
                self._engines[name] = DuckDBEngine(self.folder())
            else:
                made = PostgresEngine(PostgresServer())  # the one that the parent started
                self._stack.callback(made.remove_all)
                self._engines[name] = made
        return self._engines[name]

    def folder(self) -> Path:
        return Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-{next(self._numbers)}-", dir=self._folder))


_WORKER: list[_Worker] = []


def prepare(folder: Path) -> None:
    """Called once in each worker process."""
    _WORKER.append(_Worker(folder))


def run(piece: Piece) -> Done:
    """Do one piece. What is not as it should be is told, not raised: the other pieces go on."""
    (worker,) = _WORKER
    figures: Counter[str] = Counter()
    try:
        for count in _DO[piece.part](worker, piece):
            figures.update(count)
    except Exception:  # noqa: BLE001 - the boundary of a worker: whatever went wrong is in the report, with its trace
        return Done(piece, figures, traceback.format_exc())
    return Done(piece, figures)


Counts = Iterator[dict[str, int]]


def _at_commit_points(worker: _Worker, piece: Piece) -> Counts:
    folder = worker.folder()
    with scene(_scene_of(piece), worker.engine(piece.engine)) as made:
        points = commit_points(made, worker.command, folder)
        for point in range(1 + piece.number, points + 1, _SLICES):
            killed_at_point(made, worker.command, folder, point)
            yield {piece.part: 1, "rows compared": _rows(made)}


def _at_instants(worker: _Worker, piece: Piece) -> Counts:
    with scene(_scene_of(piece), worker.engine(piece.engine)) as made:
        chance = random.Random(piece.seed)
        for _ in killed_at_instants(made, worker.command, worker.folder(), chance, piece.amount):
            yield {piece.part: 1, "rows compared": _rows(made)}


def _publications(worker: _Worker, piece: Piece) -> Counts:
    publications = KilledPublications(worker.command, worker.folder())
    if piece.amount:
        for _ in publications.killed_at_instants(random.Random(piece.seed), piece.amount):
            yield {piece.part: 1}
    else:
        for point in _places(publications.points())[piece.number :: _SLICES]:
            publications.killed_at_point(point)
            yield {piece.part: 1}


def _places(names: list[str]) -> list[int]:
    """The points, from 1; of a step that is repeated, as for each table, the first times and the last."""
    times: Counter[str] = Counter()
    last = {name: place for place, name in enumerate(names, start=1)}
    chosen = []
    for place, name in enumerate(names, start=1):
        times[name] += 1
        if times[name] <= _SAME_STEPS or place == last[name]:
            chosen.append(place)
    return chosen


def _faults_alone(worker: _Worker, piece: Piece) -> Counts:
    with scene("edited", worker.engine(piece.engine)) as made:
        for case in list(CASES.values())[piece.number :: _SLICES]:
            suffered(made, case)
            yield {piece.part: 1, "rows compared": _rows(made)}


def _edits_meanwhile(worker: _Worker, piece: Piece) -> Counts:
    for name in EDITS_MEANWHILE:
        edited_meanwhile(worker.engine(piece.engine), name)
        yield {piece.part: 1}


def _faults_mixed(worker: _Worker, piece: Piece) -> Counts:
    yield {piece.part: random_history(worker.engine(piece.engine), piece.seed)}


def _histories(worker: _Worker, piece: Piece) -> Counts:
    steps = run_histories(worker.engine(piece.engine), worker.command, worker.folder(), piece.amount, piece.seed)
    yield {piece.part: steps}


def _edits_followed(worker: _Worker, piece: Piece) -> Counts:
    follow_edits(worker.engine(piece.engine), piece.seed, piece.amount)
    yield {piece.part: piece.amount}


def _scene_of(piece: Piece) -> str:
    return next(name for name in SCENES if f"scene {name}," in piece.name)


def _rows(made: Scene) -> int:
    """How many rows a comparison with a clean sync looks at."""
    return sum(rows.total() for rows in made.after.values())


_DO: dict[str, Callable[[_Worker, Piece], Counts]] = dict(
    zip(
        PARTS,
        (
            _at_commit_points,
            _at_instants,
            _publications,
            _faults_alone,
            _edits_meanwhile,
            _faults_mixed,
            _histories,
            _edits_followed,
        ),
        strict=True,
    )
)
