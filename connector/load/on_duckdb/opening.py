"""Opening a DuckDB file, and saying in plain words why it cannot be opened or written."""

import re
from pathlib import Path

import duckdb

from connector.errors import ConnectorError, ErrorKind
from connector.load.locks.file_lock import read_holder
from connector.process.file_modes import make_files_as_open_as

STORAGE_VERSION = "v1.2.0"
"""Read by every DuckDB from 1.2.2 to 2.0.0; a file of the 2.0 default opens in nothing older, BI tools least of all."""

MEMORY_LIMIT = "400MB"
"""DuckDB's own default, most of the machine, lets a checkpoint of 10 million annotations take 600 MB, and a transaction
that takes in a listing a kilobyte a label row; with this they take no longer. What does not fit is spilled to a folder
beside the file. The warehouse's URL may say otherwise.

DuckDB holds 2,048 rows of a table at once, and does not spill those: where each has a polygon of 14,000 points, 200 KB,
this is too little, and it gets `NO_LIMIT_OF_OURS`."""

NO_LIMIT_OF_OURS = ""
"""In place of a limit of memory: DuckDB's own default, most of the machine."""

_SETTINGS = {
    "storage_compatibility_version": STORAGE_VERSION,
    # Nothing is ever downloaded: extensions that a statement would need from the Internet stay away.
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    # The default, 16 MB, checkpoints after every 100,000 annotations, which doubled the time of a first sync.
    "checkpoint_threshold": "64MB",
    "memory_limit": MEMORY_LIMIT,
}

_MARK = b"DUCK"
_UNFINISHED_BYTES = (0, 4_096, 8_192)
"""Sizes of a new file before each of its three headers of 4,096 bytes is written."""

_CANNOT_OPEN = (
    (
        r"database file with version number|storage version|newer version of DuckDB",
        "was written by a DuckDB whose storage this one does not read",
        "Open it with a newer DuckDB (pip install --upgrade duckdb), or sync into a new file.",
    ),
    (
        r"[Cc]orrupt|checksum|Could not read enough bytes|[Ff]ailed to deserialize|WAL",
        "is damaged",
        "Restore it from a backup, or move it and the .wal file beside it away and sync again from Encord.",
    ),
    (r"No such file or directory", "cannot be created: its folder does not exist", "Create the folder first."),
    (r"Is a directory", "is a folder", "Name a file in it, such as labels.duckdb."),
    (
        r"Permission denied|[Rr]ead-only file system|Operation not permitted",
        "may not be opened for writing by this user",
        "Mend the permissions of the file and its folder, or name another one.",
    ),
)

_CANNOT_WRITE = (
    (
        r"No space left|File too large|Disk quota|[Oo]ut of disk|max_temp_directory_size",
        "the disk is full",
        "Free space and run again: what was committed before stays, nothing of this step was written.",
    ),
    (r"[Rr]ead-only", "it is read-only", "Mend its permissions and run again."),
)


_OUT_OF_MEMORY = re.compile(r"failed to (pin|allocate) |[Oo]ut of [Mm]emory")


class DuckDBMemoryError(ConnectorError):
    """DuckDB had too little memory for what it had to hold at once; nothing of the transaction was written."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            ErrorKind.WAREHOUSE,
            f"DuckDB ran out of memory on the warehouse {path}.",
            remedy="Give it more (?memory_limit=4GB in the warehouse's URL) or fewer threads (?threads=1).",
        )


def connect(
    path: Path, *, read_only: bool = False, settings: dict[str, str] | None = None
) -> duckdb.DuckDBPyConnection:
    """Opens a DuckDB file, creating it unless `read_only`.

    Args:
        path: the file.
        read_only: for looking only; the file must exist.
        settings: DuckDB's own settings, such as memory_limit and threads; an empty one is left at DuckDB's default.

    Raises:
        ConnectorError: LOCKED if another process holds the file; WAREHOUSE if it is no DuckDB file, damaged, of a newer
            storage, or cannot be read or created; CONFIGURATION if a setting is not one.
    """
    if not read_only:
        _remove_unfinished(path)
        make_files_as_open_as(path)
    _refuse_other_files(path)
    try:
        connection = duckdb.connect(str(path), read_only=read_only, config=_configuration(settings or {}))
    except duckdb.Error as error:
        raise opening_failure(path, error) from error
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def connect_in_memory(settings: dict[str, str]) -> duckdb.DuckDBPyConnection:
    """A DuckDB that holds nothing itself, to attach files to.

    Args:
        settings: DuckDB's own settings, checked before; an empty one is left at DuckDB's default.
    """
    connection = duckdb.connect(config=_configuration(settings))
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _configuration(settings: dict[str, str]) -> dict[str, str | bool | int | float | list[str]]:
    return {name: value for name, value in {**_SETTINGS, **settings}.items() if value}


def log_of(file: Path) -> Path:
    """The write-ahead log beside a DuckDB file: there while the file is written to, folded into it at the end."""
    return file.with_name(f"{file.name}.wal")


def _remove_unfinished(path: Path) -> None:
    """Removes a file that DuckDB was killed while making: until the last of its three headers it holds nothing."""
    try:
        if path.stat().st_size in _UNFINISHED_BYTES and not log_of(path).exists():
            with path.open("rb") as file:
                start = file.read(12)
            if not start or start[8:] == _MARK:
                path.unlink()
    except OSError:
        return  # missing, not readable: opening it says which


def _refuse_other_files(path: Path) -> None:
    """Refuses a file without DuckDB's mark: of a CSV or JSON file DuckDB would make a database that is kept nowhere."""
    try:
        with path.open("rb") as file:
            start = file.read(12)
    except OSError:
        return  # missing, a folder, not readable: DuckDB says which
    if start[8:] != _MARK:
        raise ConnectorError(
            ErrorKind.WAREHOUSE,
            f"The warehouse {path} is not a DuckDB file.",
            remedy="Name another file, or move this one away.",
        )


def opening_failure(path: Path, error: duckdb.Error) -> ConnectorError:
    """What it means for the user that a file cannot be opened or attached."""
    text = str(error)
    if "lock on file" in text or "being used by another process" in text or "different configuration" in text:
        pid = re.search(r"PID (\d+)", text)
        holder = read_holder(path)
        who = f"process {pid.group(1)}" if pid else "another process"
        if holder is not None and (pid is None or int(pid.group(1)) == holder.pid):
            who = str(holder)
        return ConnectorError(
            ErrorKind.LOCKED,
            f"The warehouse {path} is held by {who}.",
            remedy="Wait for it to end or close it (a DuckDB file is open in one process at a time), then run again.",
        )
    if isinstance(error, duckdb.InvalidInputException | duckdb.ParserException | duckdb.SyntaxException):
        return ConnectorError(
            ErrorKind.CONFIGURATION,
            f"DuckDB does not take a setting of the warehouse's URL: {_first_line(text)}",
            remedy="Use memory_limit=4GB or threads=2.",
        )
    if _is_out_of_memory(error):
        return DuckDBMemoryError(path)
    for pattern, what, remedy in _CANNOT_OPEN:
        if re.search(pattern, text):
            return ConnectorError(ErrorKind.WAREHOUSE, f"The warehouse {path} {what}.", remedy=remedy)
    return ConnectorError(ErrorKind.WAREHOUSE, f"The warehouse {path} cannot be opened: {_first_line(text)}")


def writing_failure(path: Path, error: duckdb.Error) -> ConnectorError:
    """What a failed statement or commit means for the user; what was committed before is still there."""
    text = str(error)
    for pattern, what, remedy in _CANNOT_WRITE:
        if re.search(pattern, text):
            return ConnectorError(
                ErrorKind.WAREHOUSE, f"The warehouse {path} cannot be written: {what}.", remedy=remedy
            )
    if _is_out_of_memory(error):
        return DuckDBMemoryError(path)
    return ConnectorError(
        ErrorKind.WAREHOUSE,
        f"The warehouse {path} cannot be read or written: {_first_line(text)}",
        remedy="What was committed before is still there.",
    )


def _is_out_of_memory(error: duckdb.Error) -> bool:
    # A checkpoint that runs out of memory is a FatalException, which says of the reason what DuckDB's text says.
    return isinstance(error, duckdb.OutOfMemoryException) or bool(_OUT_OF_MEMORY.search(str(error)))


def _first_line(text: str) -> str:
    """The first line only: the next ones quote the statement."""
    return text.partition("\n")[0]
