"""The processes that read label rows beside this one: as many as pay, and each group goes to the least busy."""

import os
from concurrent.futures import Future
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from connector.reading.label_row_group import GroupReader, LabelRowGroup, ReadGroup
from connector.reading.reading_process import NotReadError, ReadingProcess


class ReadingProcesses:
    """Reading processes, each started with its first group; a context manager, at whose end they are gone."""

    def __init__(self, count: int) -> None:
        """Prepares as many; starts none."""
        self._ending = ExitStack()
        self._processes = [self._ending.enter_context(ReadingProcess()) for _ in range(count)]

    @staticmethod
    def beside_this_one(wanted: int) -> int:
        """How many pay beside this process, if `wanted` are wanted with it: no more than there are processors."""
        return min(wanted, _processors()) - 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Ends the processes, whatever they are at."""
        self._ending.close()

    @property
    def available(self) -> int:
        """How many take groups: one that died takes no more."""
        return sum(process.is_available for process in self._processes)

    def read(self, reader: GroupReader, group: LabelRowGroup) -> Future[ReadGroup]:
        """Has a group read by the process that has the fewest bytes to read.

        Args:
            reader: of the group's project.
            group: the group.

        Returns:
            What it comes to; or raises NotReadError.
        """
        available = [process for process in self._processes if process.is_available]
        if not available:
            refused: Future[ReadGroup] = Future()
            refused.set_exception(NotReadError())
            return refused
        return min(available, key=ReadingProcess.bytes_waiting).read(reader, group)


def _processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
