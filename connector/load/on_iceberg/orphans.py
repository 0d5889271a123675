"""Deletes the files of a lake that neither its tables nor a noted commit name."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

import orjson
import pyarrow.fs as pafs
from pyiceberg.table import StaticTable, Table

from connector.errors import ConnectorError, ErrorKind
from connector.load.on_iceberg.lake_failures import lake_failures
from connector.load.on_iceberg.lake_tables import Lake
from connector.load.on_iceberg.layout import LAKE_TABLES


def delete_orphans(lake: Lake, before: datetime) -> int:
    """Deletes files that were written before a moment and that nothing names; returns how many.

    Raises:
        ConnectorError: WAREHOUSE if they cannot be listed or deleted.
    """
    named: set[str] = set()
    places = set()
    for name in LAKE_TABLES:
        table = lake.table(name, fresh=True)
        places.add(table.location())
        named |= _named_by(table)
    for note in lake.rows(lake.table("lake_commit"), ["locations"])["locations"].to_pylist():
        for place in orjson.loads(note).values():
            with lake_failures(lake.location):
                if place not in named and lake.has_file(place):
                    named |= _named_by(StaticTable.from_metadata(place, lake.properties), only_current=True)
    deleted = 0
    with lake_failures(lake.location):
        for place in sorted(places):
            folder = _path(place)
            deleted += _delete(lake.file_system(place), folder, {_path(each) for each in named}, before)
    return deleted


def _named_by(table: Table, *, only_current: bool = False) -> set[str]:
    """Every file that a table's metadata names: itself, older metadata, manifests, and files of rows."""
    found = {table.metadata_location}
    current = table.current_snapshot()
    snapshots: Iterable[object] = table.snapshots()
    if only_current:
        snapshots = [] if current is None else [current]
    else:
        found |= {entry.metadata_file for entry in table.metadata.metadata_log}
    for snapshot in snapshots:
        found.add(snapshot.manifest_list)  # type: ignore[attr-defined]
        for manifest in snapshot.manifests(table.io):  # type: ignore[attr-defined]
            found.add(manifest.manifest_path)
            found |= {entry.data_file.file_path for entry in manifest.fetch_manifest_entry(table.io)}
    return found


def _path(place: str) -> str:
    """How a file system names a file that has an address."""
    parts = urlsplit(place)
    return f"{parts.netloc}{parts.path}"


def _delete(system: pafs.FileSystem, folder: str, named: set[str], before: datetime) -> int:
    if folder.strip("/") == "":
        raise ConnectorError(ErrorKind.INTERNAL, "A table of the lake says that it lies in no folder.")
    deleted = 0
    for file in system.get_file_info(pafs.FileSelector(folder, recursive=True, allow_not_found=True)):
        if file.type == pafs.FileType.File and file.path not in named and file.mtime and file.mtime < before:
            system.delete_file(file.path)
            deleted += 1
    return deleted
