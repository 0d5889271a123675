"""Another process that reads label rows while this one fetches and writes.

Reading is Python code, and a process runs Python on one processor only: a thread that reads while another writes gains
nothing.

It is a program of its own, not a fork, because this one has threads and an open database by then. It
starts when there is enough to read. If it cannot start, or dies, everything is read here, as without it.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from connector.reading.label_row_group import GroupReader, LabelRowGroup, ReadGroup
from connector.reading.message_stream import receive, send

COMMAND: Sequence[str] = (sys.executable, "-P", "-m", "connector.reading.serve")
PIPE_BYTES = 1 << 20
"""How much a pipe holds, if the system allows a choice. Whenever the pipe is full, the thread that fills it has to wait
until the other threads let it run Python again; the default is small."""
_OF_THE_SYNC = ("ENCORD_", "PG")
"""First letters of environment variables that may carry a key or a password: the other process does not get them."""


class NotReadError(Exception):
    """The process could not read a group, or does not exist (any more). Reading the group here will show why."""


class ReadingProcess:
    """One process beside this one; a context manager that ends it."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._is_wanted = True
        self._given: list[tuple[Future[ReadGroup], int]] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._exchange = ThreadPoolExecutor(1, thread_name_prefix="encord-read")
        self._sent_reader: GroupReader | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the process, whatever it is doing."""
        process = self._process
        if process is not None:
            process.kill()
        self._exchange.shutdown(cancel_futures=True)
        if process is not None:
            process.communicate()
        self._process, self._is_wanted = None, False

    @property
    def is_available(self) -> bool:
        """Whether groups may be handed over; the first one starts the process."""
        return self._is_wanted

    def bytes_waiting(self) -> int:
        """Bytes of JSON that it was given and has not read yet."""
        self._given = [(answer, size) for answer, size in self._given if not answer.done()]
        return sum(size for _, size in self._given)

    def read(self, reader: GroupReader, group: LabelRowGroup) -> Future[ReadGroup]:
        """Have a group read, after those handed over before.

        Args:
            reader: of the group's project.
            group: the group.

        Returns:
            The result; asking for it may raise NotReadError.
        """
        answer = self._exchange.submit(self._answer, reader, group)
        self._given.append((answer, group.byte_count))
        return answer

    def _answer(self, reader: GroupReader, group: LabelRowGroup) -> ReadGroup:
        """Ask, and wait for the answer; runs in the thread."""
        try:
            process = self._process = self._process or _start()
            if process.stdin is None or process.stdout is None:
                raise EOFError
            send(process.stdin, (None if reader is self._sent_reader else reader, group))
            self._sent_reader = reader
            read = receive(process.stdout)
        except (OSError, EOFError) as error:
            self._is_wanted = False
            raise NotReadError from error
        if not isinstance(read, ReadGroup):
            raise NotReadError
        return read


def _start() -> subprocess.Popen[bytes]:
    path = os.pathsep.join(folder or str(Path.cwd()) for folder in sys.path)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_OF_THE_SYNC)}
    return subprocess.Popen(  # noqa: S603 - a program of this package
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pipesize=PIPE_BYTES,
        env={**environment, "PYTHONPATH": path},
        # Ctrl-C is for the process that syncs: it ends cleanly, and then this one.
        process_group=0 if os.name == "posix" else None,
    )
