"""Opens a DuckDB file, and says in plain words why it cannot be opened or written."""

import re
from pathlib import Path

import duckdb

from connector.errors import ConnectorError, ErrorKind
from connector.load.locks.file_lock import read_holder
from connector.process.file_modes import make_files_as_open_as

STORAGE_VERSION = "v1.2.0"
"""Every DuckDB from 1.2.2 to 2.0.0 reads it; older ones, such as those of BI tools, cannot open the 2.0 default."""

MEMORY_LIMIT = "400MB"
"""DuckDB's own default is most of the machine, and lets a checkpoint, or a transaction that stores a listing, take far
more memory; with this limit they take no longer. DuckDB spills what does not fit to a folder beside the file. The
warehouse's URL may set another limit.

DuckDB holds 2,048 rows of a table at once, and does not spill them: if each has a polygon of thousands of points, this
limit is too low, and it gets `NO_LIMIT_OF_OURS`."""

NO_LIMIT_OF_OURS = ""
"""In place of a limit of memory: DuckDB's own default, most of the machine."""

_SETTINGS = {
    "storage_compatibility_version": STORAGE_VERSION,
    # Nothing is ever downloaded, not even extensions that a statement would need from the Internet.
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    # The default, 16 MB, would cause so many checkpoints that a first sync takes far longer.
    "checkpoint_threshold": "64MB",
    "memory_limit": MEMORY_LIMIT,
}

_MARK = b"DUCK"
_UNFINISHED_BYTES = (0, 4_096, 8_192)
"""Sizes of a new file before each of its three headers (of 4,096 bytes) is written."""

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
        "Correct the permissions of the file and its folder, or name another one.",
    ),
)

_CANNOT_WRITE = (
    (
        r"No space left|File too large|Disk quota|[Oo]ut of disk|max_temp_directory_size",
        "the disk is full",
        "Free space and run again: what was committed before stays, nothing of this step was written.",
    ),
    (r"[Rr]ead-only", "it is read-only", "Correct its permissions and run again."),
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
        read_only: whether to open it only for reading; the file must exist.
        settings: DuckDB's own settings, such as memory_limit and threads; an empty one means DuckDB's default.

    Raises:
        ConnectorError: LOCKED if another process holds the file; WAREHOUSE if it is not a DuckDB file, is damaged, has
            a newer storage, or cannot be read or created; CONFIGURATION if a setting is unknown.
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
    """An empty DuckDB, to attach files to.

    Args:
        settings: DuckDB's own settings, which were checked before; an empty one means DuckDB's default.
    """
    connection = duckdb.connect(config=_configuration(settings))
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _configuration(settings: dict[str, str]) -> dict[str, str | bool | int | float | list[str]]:
    return {name: value for name, value in {**_SETTINGS, **settings}.items() if value}


def log_of(file: Path) -> Path:
    """The write-ahead log beside a DuckDB file; exists while the file is written, and is merged into it at the end."""
    return file.with_name(f"{file.name}.wal")


def _remove_unfinished(path: Path) -> None:
    """Removes a file that DuckDB had not finished when it was killed: without the last header it is empty."""
    try:
        if path.stat().st_size in _UNFINISHED_BYTES and not log_of(path).exists():
            with path.open("rb") as file:
                start = file.read(12)
            if not start or start[8:] == _MARK:
                path.unlink()
    except OSError:
        return  # missing or not readable: opening it will say which


def _refuse_other_files(path: Path) -> None:
    """Refuses a file without DuckDB's mark: DuckDB would read a CSV or JSON file into a database without saving it."""
    try:
        with path.open("rb") as file:
            start = file.read(12)
    except OSError:
        return  # missing, a folder, or not readable: DuckDB will say which
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
    # A checkpoint that runs out of memory raises a FatalException, whose text gives DuckDB's reason.
    return isinstance(error, duckdb.OutOfMemoryException) or bool(_OUT_OF_MEMORY.search(str(error)))


def _first_line(text: str) -> str:
    """The first line only: the next ones quote the statement."""
    return text.partition("\n")[0]
