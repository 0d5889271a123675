"""The files of `sql/`: what each declares in its head, and the order that follows from it.

A file holds one view of the same name. Its first line says what one row is (`-- grain: …`), its second, where it needs
other views, which ones (`-- after: …`, names separated by spaces). The rest is SQL that both engines understand.
"""

import graphlib
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from connector.errors import ConnectorError, ErrorKind
from connector.packaged_files import packaged_folder
from connector.sql_files.column_texts import column_texts_bytes

_FILE = re.compile(
    r"(?P<head>(?:-- .*\n)*)"
    r"CREATE VIEW (?P<name>\w+) AS\n(?P<query>.*);\n\n"
    r"COMMENT ON VIEW (?P=name) IS\s+'(?P<description>(?:[^']|'')+)';\n",
    re.DOTALL,
)
_GRAIN = "-- grain: "
_AFTER = "-- after: "


class ViewFile(NamedTuple):
    """One file of `sql/`.

    Attributes:
        view_name: the view that it creates: the file's name without its ending.
        file_name: the file's name.
        grain: what one row of the view is.
        after: the views that it reads.
        description: what it is, in a sentence.
        query: what it selects.
        digest: SHA-256 of the file's text and the columns' texts, hexadecimal.
        sql: the file's text: CREATE VIEW and its comment.
    """

    view_name: str
    file_name: str
    grain: str
    after: tuple[str, ...]
    description: str
    query: str
    digest: str
    sql: str

    @property
    def statement(self) -> str:
        """CREATE VIEW, without the comment."""
        return f"CREATE VIEW {self.view_name} AS\n{self.query};"


def view_files(folder: Path | None = None) -> list[ViewFile]:
    """Reads the view files in the order in which they can be created.

    Args:
        folder: where the files lie; by default the ones that ship with the connector.

    Returns:
        Every file after the ones that it reads; otherwise by name, so that the order never depends on the file system.

    Raises:
        ConnectorError: INTERNAL, if a file is not of the form above, or reads a view that no file creates.
    """
    folder = folder or packaged_folder("sql")
    texts = column_texts_bytes(folder)
    files = {path.stem: _read(path, texts) for path in sorted(folder.glob("*.sql"))}
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


@cache
def _shipped_views() -> Mapping[str, ViewFile]:
    return {file.view_name: file for file in view_files()}


def shipped_view(name: str) -> ViewFile | None:
    """The file of a view that ships with the connector; None if there is none of that name."""
    return _shipped_views().get(name)


def _read(path: Path, column_texts: bytes) -> ViewFile:
    text = path.read_text(encoding="utf-8")
    found = _FILE.fullmatch(text)
    if found is None or found["name"] != path.stem:
        raise ConnectorError(
            ErrorKind.INTERNAL, f"{path.name} does not create and describe view {path.stem}, and nothing else."
        )
    first, second = [*found["head"].splitlines(), "", ""][:2]
    grain = first.removeprefix(_GRAIN).strip()
    if not first.startswith(_GRAIN) or not grain:
        raise ConnectorError(ErrorKind.INTERNAL, f"The first line of {path.name} does not say its grain ({_GRAIN}…).")
    return ViewFile(
        view_name=path.stem,
        file_name=path.name,
        grain=grain,
        after=tuple(second.removeprefix(_AFTER).split()) if second.startswith(_AFTER) else (),
        description=found["description"].replace("''", "'"),
        query=found["query"],
        digest=hashlib.sha256(text.encode() + column_texts).hexdigest(),
        sql=text,
    )
