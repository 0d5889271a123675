"""The files of `sql/`: what each declares in its head, and the order that follows from it.

A file holds one view of the same name. Its first line says what one row is (`-- grain: …`), its second, where it needs
other views, which ones (`-- after: …`, names separated by spaces). The rest is SQL that both engines understand.
"""

import graphlib
import hashlib
from pathlib import Path
from typing import NamedTuple

from connector.errors import ConnectorError, ErrorKind
from connector.packaged_files import packaged_folder

_GRAIN = "-- grain: "
_AFTER = "-- after: "


class ViewFile(NamedTuple):
    """One file of `sql/`.

    Attributes:
        view_name: the view that it creates: the file's name without its ending.
        file_name: the file's name.
        grain: what one row of the view is.
        after: the views that it reads.
        digest: SHA-256 of the file's text, hexadecimal.
        sql: the file's text: CREATE VIEW and its comments.
    """

    view_name: str
    file_name: str
    grain: str
    after: tuple[str, ...]
    digest: str
    sql: str


def view_files(folder: Path | None = None) -> list[ViewFile]:
    """Reads the view files in the order in which they can be created.

    Args:
        folder: where the files lie; by default the ones that ship with the connector.

    Returns:
        Every file after the ones that it reads; otherwise by name, so that the order never depends on the file system.

    Raises:
        ConnectorError: INTERNAL, if a file does not declare its grain, or reads a view that no file creates.
    """
    files = {path.stem: _read(path) for path in sorted((folder or packaged_folder("sql")).glob("*.sql"))}
    for file in files.values():
        for name in file.after:
            if name not in files:
                raise ConnectorError(
                    ErrorKind.INTERNAL, f"{file.file_name} is to come after {name}, which no file creates."
                )
    sorter = graphlib.TopologicalSorter({file.view_name: file.after for file in files.values()})
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        raise ConnectorError(
            ErrorKind.INTERNAL, f"Views read one another in a circle: {', '.join(error.args[1])}."
        ) from error
    ordered: list[ViewFile] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        ordered.extend(files[name] for name in ready)
        sorter.done(*ready)
    return ordered


def _read(path: Path) -> ViewFile:
    text = path.read_text(encoding="utf-8")
    first, second = [*text.splitlines(), "", ""][:2]
    grain = first.removeprefix(_GRAIN).strip()
    if not first.startswith(_GRAIN) or not grain:
        raise ConnectorError(ErrorKind.INTERNAL, f"The first line of {path.name} does not say its grain ({_GRAIN}…).")
    after = tuple(second.removeprefix(_AFTER).split()) if second.startswith(_AFTER) else ()
    return ViewFile(path.stem, path.name, grain, after, hashlib.sha256(text.encode()).hexdigest(), text)
