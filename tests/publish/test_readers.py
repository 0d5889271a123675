"""Processes read in a loop while one run after another is published: no error, and never anything but one whole run."""

import json
import subprocess
import sys
from pathlib import Path

from connector.load.locks.lock_holder import LockHolder
from connector.load.publish import publish, publish_target
from tests.publish import numbered_runs

READERS = 4
PUBLICATIONS = 12


def test_readers_through_many_publications(tmp_path: Path) -> None:
    file, stop_file = tmp_path / "labels.duckdb", tmp_path / "stop"
    url, me = f"duckdb:///{file}", LockHolder.this_process("publish")
    numbered_runs.make(url)
    numbered_runs.run(file, 0)
    target = publish_target(url, None, tmp_path / "published.duckdb", ["duckdb"])
    publish(url, None, target, ["duckdb"], 0, me)

    readers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.publish.reader", str(target.file), str(stop_file)],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(READERS)
    ]
    try:
        for number in range(1, PUBLICATIONS + 1):
            numbered_runs.run(file, number)
            publish(url, None, target, ["duckdb"], 0, me)
    finally:
        stop_file.touch()
        told = [json.loads(reader.communicate(timeout=60)[0]) for reader in readers]

    assert [reader["problems"] for reader in told] == [[]] * READERS
    for reader in told:
        assert reader["seen"] == sorted(set(reader["seen"])), "an older run came back"
        assert set(reader["seen"]) <= set(range(PUBLICATIONS + 1))
    # They did read while it went on: most publications were seen by somebody, and every reader saw several.
    assert len(set().union(*(reader["seen"] for reader in told))) > PUBLICATIONS / 2
    assert min(len(reader["seen"]) for reader in told) > 3
    assert min(reader["rounds"] for reader in told) > 5
    assert not list(tmp_path.glob("*.wal"))
