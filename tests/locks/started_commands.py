"""Starts `encord-sync` in processes of their own, and holds a sync up in the middle of its run."""

import os
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from connector.sample import Fault, Hook, SampleServer
from tests.sync.command_line import COMMAND, Printed

PATIENCE = 60.0
"""Seconds after which a test gives up on a process."""


@dataclass
class Started:
    """A process of the command."""

    process: "subprocess.Popen[str]"

    @property
    def pid(self) -> int:
        return self.process.pid

    def ended(self) -> Printed:
        """Wait for its end."""
        out, err = self.process.communicate(timeout=PATIENCE)
        return Printed(self.process.returncode, out, err)

    def kill(self) -> None:
        """As kill -9 does: it gets no chance to tidy up."""
        self.process.kill()
        self.ended()

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def line_with(self, text: str) -> str:
        """The next line of its output that has a text in it.

        Raises:
            AssertionError: it ended without such a line.
        """
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if text in line:
                return line
        raise AssertionError(f"no line with {text}")


class StartedCommands:
    """`encord-sync` on one warehouse, as often at once as a test wants.

    Args:
        server: where from.
        folder: where the key, and a DuckDB file unless a test names another warehouse, lie.
    """

    def __init__(self, server: SampleServer, folder: Path) -> None:
        self.server = server
        self.file = folder / "labels.duckdb"
        self.warehouse = f"duckdb:///{self.file}"
        self._folder = folder
        self._key_file = folder / "key"
        self._key_file.write_text(server.world.private_key)
        self._key_file.chmod(0o600)
        self._started: list[Started] = []
        self._may_go_on = threading.Event()

    @property
    def lock_file(self) -> Path:
        return self.file.with_name("labels.duckdb.lock")

    def start(self, *arguments: object) -> Started:
        """Start the command with these arguments."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ENCORD_")}
        process = subprocess.Popen(
            [str(COMMAND), *map(str, arguments)],
            cwd=self._folder,
            env=inherited,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started = Started(process)
        self._started.append(started)
        return started

    def sync(self, *flags: object, project: str | None = None, warehouse: str | None = None) -> Started:
        """Start a sync."""
        return self.start(
            "sync",
            f"--ssh-key-file={self._key_file}",
            f"--domain={self.server.domain}",
            f"--project={project or self.server.world.project_hash}",
            f"--warehouse={warehouse or self.warehouse}",
            "--retry-attempts=1",
            *flags,
        )

    def held_up_sync(self, *flags: object, project: str | None = None, warehouse: str | None = None) -> Started:
        """Start a sync that gets no answer to its listing until `let_go`; returns when it waits for that."""
        has_arrived = threading.Event()

        def hold_up() -> None:
            has_arrived.set()
            self._may_go_on.wait(PATIENCE)

        self.server.faults.add(Fault(Hook(hold_up), kind="listing"))
        started = self.sync(*flags, project=project, warehouse=warehouse)
        assert has_arrived.wait(PATIENCE)
        return started

    def let_go(self) -> None:
        """Answer the listings that are held up."""
        self._may_go_on.set()

    def end(self) -> None:
        """Kill what still runs."""
        self.let_go()
        for started in self._started:
            if started.process.poll() is None:
                started.kill()
