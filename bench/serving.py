"""A served world as the bench sees it: its address, its key, and the edits that it makes when told to."""

import dataclasses
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.large_worlds.scale import Scale


class ServedWorld:
    """A world behind a server process; a context manager that starts it and ends it.

    Attributes:
        scale: what the world holds.
        domain: the server's address.
        project: hash of its only project.
        key_file: the private key's file.
    """

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.domain = self.project = ""
        self._folder = tempfile.TemporaryDirectory(prefix="encord-sync-bench-")
        self.key_file = Path(self._folder.name, "key")
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.world_server", json.dumps(dataclasses.asdict(self.scale)), self._folder.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        where = self._answer()
        self.domain, self.project = where["domain"], where["project"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.communicate()  # closes its input, which ends it
        self._folder.cleanup()

    def edit_rows(self, count: int) -> None:
        """Move a box in so many label rows, spread over the project."""
        self._ask(f"edit {count}")

    def label_bytes(self) -> int:
        """Bytes of label JSON that the project holds."""
        return int(self._ask("bytes")["bytes"])

    def save_labels(self, folder: Path) -> None:
        """Write each label row's JSON to a file of the folder."""
        self._ask(f"save {folder}")

    def _ask(self, command: str) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the server process ended; its message is above")
        answer: dict[str, Any] = json.loads(line)
        return answer
