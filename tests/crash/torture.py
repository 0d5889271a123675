"""The long form of the crash tests, with figures: `make torture`, or a part of it.

    python -m tests.crash.torture                                   # all of it, on both engines
    python -m tests.crash.torture --engine duckdb --only kills      # a part, to look into something

What it does is cut into pieces that run side by side, each with its own seed; a piece that fails is reported with what
repeats it, and the others go on. Ends with exit code 0 only if no piece found anything that is not as it should be.
"""

import argparse
import concurrent.futures
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.crash.torture_pieces import PARTS, Done, Piece, pieces_of, prepare, run
from tests.postgres_server import OWN_SERVER, PostgresServer

ENGINES = ("duckdb", "postgresql")
_ORDER = (*PARTS, "rows compared")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The long form of the crash tests.")
    parser.add_argument("--kills", type=int, default=200, help="kills at random instants, on each engine")
    parser.add_argument("--publish-kills", type=int, default=30, help="publications killed at random instants")
    parser.add_argument(
        "--histories", type=int, default=50, help="histories of mixed faults and of edits, on each engine"
    )
    parser.add_argument("--steps", type=int, default=1000, help="steps of the model test, on each engine")
    parser.add_argument("--seed", default="7", help="another seed, other instants and histories")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="only this one")
    parser.add_argument("--only", action="append", choices=PARTS, help="only this part; may be given several times")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes side by side")
    return parser.parse_args()


def _results(pieces: list[Piece], jobs: int, folder: Path) -> Iterator[Done]:
    """What each piece came to, in the order in which they end."""
    with concurrent.futures.ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context("spawn"), initializer=prepare, initargs=(folder,)
    ) as pool:
        try:
            for future in concurrent.futures.as_completed([pool.submit(run, piece) for piece in pieces]):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)  # what is in hand is ended, nothing new begun


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Torture the engines that are asked for, print the figures, and return the exit code."""
    asked = _asked()
    engines, parts = asked.engine or ENGINES, asked.only or PARTS
    pieces = [piece for engine in engines for piece in pieces_of(engine, asked) if piece.part in parts]
    figures: dict[str, Counter[str]] = {engine: Counter() for engine in engines}
    failures: list[Done] = []
    begun = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    server = PostgresServer()
    with tempfile.TemporaryDirectory(prefix="encord-sync-torture-") as folder:
        try:
            if "postgresql" in engines:
                server.start()
                os.environ[OWN_SERVER] = server.url.render_as_string(hide_password=False)
            for number, done in enumerate(_results(pieces, asked.jobs, Path(folder)), start=1):
                figures[done.piece.engine].update(done.figures)
                failures += [done] if done.failure else []
                minutes = (time.monotonic() - begun) / 60
                left = minutes / number * (len(pieces) - number)
                _say(f"{number}/{len(pieces)} {done.piece}: {done.told}  [{minutes:.1f} min, about {left:.0f} to go]")
        finally:
            server.remove()
    _say(f"\nSeed {asked.seed}, {(time.monotonic() - begun) / 60:.1f} minutes:")
    for engine, counts in figures.items():
        _say(f"{engine}: " + ", ".join(f"{what} {counts[what]:,}" for what in _ORDER if counts[what]))
    for done in failures:
        _say(f"\nFAILED: {done.piece}\n{done.failure}")
    _say("rows lost, doubled or left over: 0" if not failures else f"pieces that failed: {len(failures)}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
