"""Reads the view files of `sql/`: what each declares in its head, and the order in which they can be created.

A file holds one view of the same name. Only other views and the connector read the views of `sql/internal/`: these are
in a second schema next to the warehouse's, which the files call `internal`. A file has a head, CREATE VIEW, and COMMENT
ON VIEW, whose text says what one row is. The head says what the view is about (`-- subject: …`) and which columns tell
its rows apart (`-- key: …`, names separated by blanks, with a `?` if a row may have none). The rest is SQL that both
engines understand.
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
from connector.sql_files.column_texts import texts_digest

SUBJECTS = ("label rows", "frames", "ranges", "consensus", "changes", "work", "warehouse")
"""What a view may be about."""

_FILE = re.compile(
    r"-- subject: (?P<subject>[a-z ]+)\n"
    r"-- key: (?P<key>\w+\??(?: \w+\??)*)\n"
    r"(?P<statement>CREATE VIEW (?P<name>(?:internal\.)?\w+) AS\n(?P<query>.*);)\n\n"
    r"COMMENT ON VIEW (?P=name) IS\s+'(?P<description>(?:[^']|'')+)';\n",
    re.DOTALL,
)
_INTERNAL = "internal"
_COMMENT = re.compile(r"--.*")
# One pattern for each word, because a search is faster if the pattern begins with a fixed word.
_READ = tuple(re.compile(rf"{word}\s+(?:internal\.)?(\w+)") for word in ("FROM", "JOIN"))


class ViewFile(NamedTuple):
    """One file of `sql/`.

    Attributes:
        view_name: the view that it creates: the file's name without its ending.
        is_internal: whether it belongs to the schema of the plumbing.
        subject: one of SUBJECTS.
        key_columns: the columns that tell its rows apart; those that may be NULL end in `?`.
        description: what one row is, in a sentence.
        reads: the tables and views that it reads.
        statement: CREATE VIEW, without the comment.
        query: what the view selects.
        digest: SHA-256 of the file's text and the texts of tables and columns, hexadecimal.
        sql: the file's text: CREATE VIEW and its comment.
    """

    view_name: str
    is_internal: bool
    subject: str
    key_columns: tuple[str, ...]
    description: str
    reads: frozenset[str]
    statement: str
    query: str
    digest: str
    sql: str


def view_files(folder: Path | None = None) -> list[ViewFile]:
    """Reads the view files, in the order in which they can be created.

    Args:
        folder: where the files are; by default the ones that ship with the connector.

    Returns:
        Every file after the ones that it reads, and otherwise by name, so that the file system does not matter.

    Raises:
        ConnectorError: INTERNAL, if a file does not have the form above, or views read one another in a circle.
    """
    folder = folder or packaged_folder("sql")
    texts = texts_digest(folder)
    files = {path.stem: _read(path, texts) for path in folder.rglob("*.sql") if path.parent.name != "functions"}
    sorter = graphlib.TopologicalSorter({name: file.reads & files.keys() for name, file in files.items()})
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


def _read(path: Path, comment_texts: bytes) -> ViewFile:
    text = path.read_text(encoding="utf-8")
    found = _FILE.fullmatch(text)
    is_internal = path.parent.name == _INTERNAL
    name = f"{_INTERNAL}.{path.stem}" if is_internal else path.stem
    if found is None or found["name"] != name or found["subject"] not in SUBJECTS:
        raise ConnectorError(
            ErrorKind.INTERNAL,
            f"{path.name} does not say subject and key, create view {name} and describe it, and nothing else.",
        )
    query = _COMMENT.sub("", found["query"])
    return ViewFile(
        view_name=path.stem,
        is_internal=is_internal,
        subject=found["subject"],
        key_columns=tuple(found["key"].split()),
        description=found["description"].replace("''", "'"),
        reads=frozenset(name for pattern in _READ for name in pattern.findall(query)),
        statement=found["statement"],
        query=found["query"],
        digest=hashlib.sha256(comment_texts + text.encode()).hexdigest(),
        sql=text,
    )
