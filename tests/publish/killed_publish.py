"""Publishing that is killed: what readers then find, and what the next publication makes of it."""

import hashlib
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from connector.load.publish import Format, publish_target
from tests.crash.command_server import CommandServer, points_in
from tests.publish import numbered_runs
from tests.publish.reader import wrong_in

KILLED = -9
FORMS: tuple[Format, ...] = ("duckdb", "parquet")


class KilledPublications:
    """A warehouse of numbered runs that is published in both forms, by commands that are killed.

    Args:
        command: where the commands are forked from.
        folder: for the warehouse and what is published.
    """

    def __init__(self, command: CommandServer, folder: Path) -> None:
        self._command = command
        self._folder = folder
        self.warehouse = folder / "labels.duckdb"
        self._url = f"duckdb:///{self.warehouse}?threads=1"
        self.target = publish_target(self._url, None, folder / "readers" / "labels.duckdb", FORMS)
        self.run = 0
        numbered_runs.make(self._url)
        self.next_run()
        assert self._run_command() == 0

    def next_run(self) -> None:
        """Another run, that is not published yet."""
        self.run += 1
        numbered_runs.run(self.warehouse, self.run)

    def points(self) -> list[str]:
        """The points of a whole publication that it can be killed at, from 1."""
        self.next_run()
        assert self._run_command() == 0
        return points_in((self._folder / "printed").read_text())

    def killed_at_point(self, point: int) -> tuple[int, int]:
        """A publication of a new run that dies at a point; see `_seen` for what it returns."""
        before = self.run
        self.next_run()
        assert self._run_command(kill_at=point) == KILLED
        return self._seen(before, f"killed at point {point}")

    def killed_at_instants(self, chance: random.Random, kills: int) -> Iterator[tuple[int, int]]:
        """So many publications that each die at a time that chance chooses."""
        begun = time.monotonic()
        self.points()
        seconds = time.monotonic() - begun
        for _ in range(4 * kills):
            if not kills:
                break
            before, instant = self.run, chance.uniform(0, seconds)
            self.next_run()
            process = self._command.start(self._arguments(), self._folder / "printed")
            time.sleep(instant)
            self._command.kill(process)
            if self._command.wait() == KILLED:
                kills -= 1
                yield self._seen(before, f"killed after {instant:.3f} s")
            else:
                seconds *= 0.9
        assert not kills, f"{kills} publications were not there any more to be killed"

    def _arguments(self) -> list[str]:
        forms = [f"--publish-format={form}" for form in FORMS]
        return ["publish", f"--warehouse={self._url}", f"--publish={self.target.file}", "--publish-keep=1", *forms]

    def _run_command(self, kill_at: int | None = None) -> int:
        return self._command.run(self._arguments(), self._folder / "printed", kill_at)

    def _seen(self, before: int, where: str) -> tuple[int, int]:
        """The run that readers find in the DuckDB file and in the Parquet folder after a kill: the old or the new one.

        Then it is published again, and nothing of the killed one is left.
        """
        found = self._run_in_file(where), self._run_in_folder(where)
        assert set(found) <= {before, self.run}, f"{where}: {found}, neither {before} nor {self.run}"
        assert self._run_command() == 0, f"{where}: {(self._folder / 'printed').read_text()}"
        assert (self._run_in_file(where), self._run_in_folder(where)) == (self.run, self.run), where
        self._is_tidy(where)
        return found

    def _run_in_file(self, where: str) -> int:
        with duckdb.connect(str(self.target.file), read_only=True, config={"threads": "1"}) as connection:
            number, problem = wrong_in(connection)
        assert problem is None, f"{where}: {problem}"
        return number

    def _run_in_folder(self, where: str) -> int:
        version = (self.target.parquet / "current").resolve(strict=True)
        manifest = json.loads((version / "manifest.json").read_bytes())
        for table in manifest["tables"]:
            content = (version / table["file"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == table["sha256"], f"{where}: {table['file']}"
        (number,) = set(pq.read_table(version / "object_annotation.parquet", columns=["x"])["x"].to_pylist())
        assert manifest["run_id"] == numbered_runs.run_id_of(int(number)), where
        return int(number)

    def _is_tidy(self, where: str) -> None:
        """Only published files, the older ones that were asked for, and nothing half."""
        left = {path.name for path in self.target.file.parent.iterdir()}
        older = {path.name for path in self.target.older_files()}
        assert len(older) <= 1, where
        assert left == {"labels.duckdb", "labels-parquet", *older}, where
        hidden = [path.name for path in self.target.parquet.iterdir() if path.name.startswith(".")]
        assert not hidden, where
        assert len(list(self.target.parquet.glob("*/manifest.json"))) <= 3, where  # current, its version, one older
        assert not list(self._folder.glob("labels.duckdb.*")), where
