"""How a process of this program is set before anything is imported: what that spares it, in time and memory."""

import ctypes
import gc
import os
import sys
from importlib.abc import MetaPathFinder

from connector.process.sdk_transport import SdkTransportFinder


class _WithoutPandas(MetaPathFinder):
    """Tells who asks for pandas in this process that it is not installed.

    DuckDB and pyarrow import it, where it is, only to learn whether a value is of its types, and do without it where it
    is not. That took 0.4 s of each scheduled run; no command needs it.
    """

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:  # noqa: ARG002 - as declared
        """Raise for pandas, and leave every other module to the next finder."""
        if fullname == "pandas":
            raise ModuleNotFoundError("encord-sync does without pandas", name=fullname)


def start_quickly() -> None:
    """Settings of this process that spare a scheduled run, which often finds nothing new, 1 s of CPU."""
    sys.meta_path[:0] = [_WithoutPandas(), SdkTransportFinder()]
    # Looking for plug-ins, pydantic opens the metadata of every installed package, 0.07 s; nothing here wants any.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Importing makes hundreds of thousands of objects and no garbage: the collector would look at them again and again,
    # 0.2 s. With this it still comes often enough that cycles cannot pile up to more than megabytes.
    gc.set_threshold(200_000, 10, 10)
    # A thread that receives an answer asks for Python a hundred times for it, and waits so long each time, 5 ms by
    # default, while another computes.
    sys.setswitchinterval(0.0005)


_ALLOCATOR = {
    -8: 2,  # M_ARENA_MAX: a heap a thread, each with its own gaps, took 40 MB more
    -3: 32_000_000,  # M_MMAP_THRESHOLD: columns are used again instead of being asked of the system each time
    -1: 32_000_000,  # M_TRIM_THRESHOLD: what is free beyond this goes back
}
"""Settings of glibc's allocator (malloc.h), where that is the one."""


def hold_little() -> None:
    """Settings of this process by which a first sync needs 450 MB instead of 600, and less time."""
    # Arrow's own allocator keeps what was let go for a while, beside what everything else keeps.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        for option, value in _ALLOCATOR.items():
            libc.mallopt(option, value)
