"""The long form of the crash tests, with figures: `make torture`. Ends at the first row that is not as it should be.

python -m tests.crash.torture --kills 200 --histories 50        # on both engines
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.crash.command_server import CommandServer
from tests.crash.engines import DuckDBEngine, Engine
from tests.crash.fault_matrix import CASES, random_history, suffered
from tests.crash.kills import KILLED, commit_points, killed_at_instant, killed_at_point, seconds_of_a_run
from tests.crash.postgres_engine import PostgresEngine
from tests.crash.scenes import SCENES, scene
from tests.postgres_server import PostgresServer


@contextmanager
def engines(folder: Path, names: list[str]) -> Iterator[list[Engine]]:
    """The engines of these names, ready."""
    made: list[Engine] = [DuckDBEngine(folder)] if "duckdb" in names else []
    server = PostgresServer()
    try:
        if "postgres" in names:
            server.start()
            made.append(PostgresEngine(server))
        yield made
    finally:
        server.remove()


def torture(engine: Engine, command: CommandServer, folder: Path, asked: argparse.Namespace) -> Counter[str]:
    """Everything on one engine; the figures. An AssertionError tells of the first row that is not as it should be."""
    figures: Counter[str] = Counter()
    chance = random.Random(f"{asked.seed} {engine.name}")
    for name in SCENES:
        with scene(name, engine) as made:
            for point in range(1, commit_points(made, command, folder) + 1):
                figures["kills at commit points"] += killed_at_point(made, command, folder, point).exit_code == KILLED
            seconds = seconds_of_a_run(made, command, folder)
            for _ in range(asked.kills // len(SCENES) + 1):
                attempt = killed_at_instant(made, command, folder, chance, seconds)
                figures["kills at random instants"] += attempt.exit_code == KILLED
                figures["label rows kept over kills"] += attempt.kept
    with scene("edited", engine) as made:
        for case in CASES.values():
            suffered(made, case)
            figures["faults alone"] += 1
    for number in range(asked.histories):
        figures["faults mixed"] += random_history(engine, f"{asked.seed} {number}")
    return figures


def main() -> None:
    """Torture the engines that are asked for, and print the figures."""
    parser = argparse.ArgumentParser(description="The long form of the crash tests.")
    parser.add_argument("--kills", type=int, default=200, help="kills at random instants, on each engine")
    parser.add_argument("--histories", type=int, default=50, help="histories of mixed faults, on each engine")
    parser.add_argument("--seed", default="7", help="another seed, other instants and histories")
    parser.add_argument("--engine", action="append", choices=["duckdb", "postgres"], help="only this one")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, CommandServer() as command:
        folder = Path(name)
        with engines(folder, asked.engine or ["duckdb", "postgres"]) as made:
            for engine in made:
                begun = time.monotonic()
                figures = torture(engine, command, folder, asked)
                told = ", ".join(f"{what}: {count:,}" for what, count in figures.items())
                seconds = time.monotonic() - begun
                sys.stdout.write(f"{engine.name}: {told}; rows lost, doubled or left over: 0 ({seconds:.0f} s)\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
