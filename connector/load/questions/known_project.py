"""What the warehouse knows about a project before label rows come from files: from Encord, other files, or nothing."""

from collections.abc import Collection
from dataclasses import dataclass

import pyarrow as pa

from connector.load.contract.session import Session
from connector.load.contract.warehouse import Warehouse
from connector.load.writing.sql_warehouse import SqlWarehouse

_ONE_TEXT = pa.schema([pa.field("value", pa.string())])


@dataclass(frozen=True, slots=True)
class KnownProject:
    """A project of the warehouse.

    Attributes:
        title: its title, if it has one.
        is_from_encord: whether a sync brought it, which shows in its type: only Encord says that.
        is_deleted: whether a sync found it gone.
    """

    title: str | None
    is_from_encord: bool
    is_deleted: bool


def known_project(warehouse: Warehouse, project_hash: str) -> KnownProject | None:
    """What the warehouse has of the project; None if it does not have it."""
    session = _session(warehouse)
    with session.transaction():
        found = session.rows(
            "SELECT title, project_type IS NOT NULL, deleted_at IS NOT NULL FROM project"
            " WHERE project_hash = $project_hash",
            project_hash=project_hash,
        )
    return KnownProject(*found[0]) if found else None


def known_data_units(warehouse: Warehouse, project_hash: str) -> set[str]:
    """The data units of a project that the warehouse has, deleted ones too."""
    session = _session(warehouse)
    with session.transaction():
        query = "SELECT data_hash AS value FROM data_unit WHERE project_hash = $project_hash"
        return set(session.table(query, _ONE_TEXT, project_hash=project_hash)["value"].to_pylist())


def label_rows_of_others(warehouse: Warehouse, project_hash: str, label_hashes: Collection[str]) -> dict[str, str]:
    """Those of some label rows that the warehouse has in another project: label hash → that project."""
    session = _session(warehouse)
    with session.transaction():
        rows = session.rows(
            "SELECT label_hash, project_hash FROM label_row WHERE project_hash <> $project_hash"
            " AND label_hash IN (SELECT unnest(string_to_array($hashes, chr(10))))",
            project_hash=project_hash,
            hashes="\n".join(label_hashes),
        )
    return {str(label_hash): str(other) for label_hash, other in rows}


def _session(warehouse: Warehouse) -> Session:
    if not isinstance(warehouse, SqlWarehouse):
        raise TypeError(f"{type(warehouse).__name__} has no session to ask")
    return warehouse.session
