"""Where tests keep files: in memory if there is plenty, since DuckDB and PostgreSQL wait for a disk at every commit."""

import os
import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")
_PLENTY_BYTES = 4_000_000_000


def memory_folder() -> Path | None:
    """A folder in memory that this user may write to and that has plenty of room; None if there is none."""
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _PLENTY_BYTES:
        return _MEMORY
    return None
