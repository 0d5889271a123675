"""What a warehouse holds, summed up in one short text: if that has not changed, it need not be copied again."""

import hashlib
from dataclasses import dataclass

import duckdb

from connector import __version__
from connector.load.contract.revisions import head_revision
from connector.load.contract.statements import sql
from connector.load.contract.warehouse_url import DuckDBLocation
from connector.load.publish.attached_warehouse import attached_warehouse
from connector.load.publish.target import PublishTarget
from connector.load.tables import LABEL_TABLES, METADATA

_OF_RUNS = frozenset({"sync_run", "sync_run_project", "consensus_stage_read", "stream_read"})
"""What every run may write, even if it changes nothing: receipts, and how far it has read."""


@dataclass(frozen=True, slots=True)
class PublishedContent:
    """What a published copy says about itself: its run, and its fingerprint (None if an older release made it)."""

    run_id: str
    fingerprint: str | None


def content_fingerprint(location: DuckDBLocation, target: PublishTarget) -> str:
    """Sums up the content of a warehouse that nobody writes, its views, and the release that made them.

    It does not read the tables of labels, because their rows change only together with their label row's content_hash,
    run_id and synced_at. It reads all other tables, which is fast.

    Args:
        location: the warehouse.
        target: what is published, for messages and for the place of the spill folder.

    Returns:
        Hexadecimal digits; they are the same only if nothing that a reader asks for has changed.

    Raises:
        ConnectorError: LOCKED or WAREHOUSE, if the warehouse cannot be read.
    """
    digest = hashlib.sha256(f"{__version__}\n{duckdb.__version__}\n{head_revision()}\n{location.schema}".encode())
    with attached_warehouse(location, target.file.with_name(f".{target.file.name}.sum.tmp"), target.file) as connection:
        for table in sorted(METADATA.tables.keys() - _OF_RUNS - set(LABEL_TABLES)):
            # Sums, because the order of rows does not matter; as HUGEINT, so that no sum of 64-bit numbers overflows.
            query = sql("SELECT count(*), sum(hash(held)::HUGEINT)::VARCHAR FROM {table} AS held", table=table)
            digest.update(f"\n{table} {connection.execute(query).fetchone()}".encode())
    return digest.hexdigest()
