"""Faults to inject: which requests they hit, how often, and in which order they are used up."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from connector.sample.server.fault_actions import FaultAction
from connector.sample.server.request_log import RequestRecord


@dataclass
class Fault:
    """One fault.

    Attributes:
        action: What goes wrong.
        kind: The kind of request it hits (`listing`, `label_rows`, `project`, …); None hits every kind.
        times: How many requests it hits before it is over; None never ends.
        skip: How many matching requests pass unharmed first.
        label_hash: Only requests that ask for this label row, and listings (where it names the entry to hit).
        project_hash: Only requests for this project.
        when: A further condition.
    """

    action: FaultAction
    kind: str | None = None
    times: int | None = 1
    skip: int = 0
    label_hash: str | None = None
    project_hash: str | None = None
    when: Callable[[RequestRecord], bool] | None = None
    hits: int = field(default=0, init=False)

    def fits(self, record: RequestRecord) -> bool:
        """Whether the fault is meant for this request, apart from its counts."""
        return (
            (self.kind is None or self.kind == record.kind)
            and (self.label_hash is None or record.kind == "listing" or self.label_hash in record.uids)
            and (self.project_hash is None or self.project_hash == record.project_hash)
            and (self.when is None or self.when(record))
        )


class Faults:
    """The faults in force, in the order in which they were added."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force; its `hits` says later how often it struck."""
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._faults.clear()

    def take(self, record: RequestRecord) -> list[Fault]:
        """The faults that strike this request; each of them counts one hit."""
        struck = []
        with self._lock:
            for fault in self._faults:
                if not fault.fits(record) or (fault.times is not None and fault.hits >= fault.times):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.hits += 1
                struck.append(fault)
        return struck
