"""The machine and the versions that a figure belongs to; nothing that names the machine or its user."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from connector import __version__

_PACKAGES = ("encord", "duckdb", "pyarrow", "orjson", "msgspec", "sqlalchemy", "duckdb-sqlalchemy", "dlt", "psycopg")


def facts() -> dict[str, Any]:
    """Cores, memory (GiB), system, and the versions of what is measured."""
    versions = {"encord-sync": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "machine": {"cores": _cores(), "memory_gib": round(memory), "system": platform.system()},
        "versions": versions,
    }


def _cores() -> int:
    """Cores that this process may use, where the system tells; containers often may use fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
