"""`encord-sync lake`: rewrites each project under its lease and deletes what nothing names; SQL to read a lake with."""

import datetime
from contextlib import ExitStack
from functools import partial

from connector.config import Settings
from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.lake_location import LakeLocation
from connector.load.contract.warehouse_url import warehouse_location
from connector.load.locks.lock_holder import LockHolder
from connector.process.interruption import Interruption
from connector.runs.held_warehouse import holding_warehouse, opened_warehouse
from connector.runs.report import Report


def maintain_lake(settings: Settings, grace: datetime.timedelta, report: Report, interruption: Interruption) -> str:
    """Maintains a lake; returns what was done, in one sentence. A project that a run is writing is left for next time.

    Raises:
        ConnectorError: CONFIGURATION if the warehouse is no lake; as `open_warehouse`; WAREHOUSE if something cannot
            be rewritten or deleted, and what was done before stays done.
    """
    _lake_of(settings)
    from connector.load.on_iceberg.upkeep import Upkept, maintain_files, maintain_project
    from connector.load.on_iceberg.warehouse import LakeWarehouse

    done = Upkept()
    with holding_warehouse(settings, LockHolder.this_process("maintain"), report, interruption) as (locks, patience):
        warehouse = opened_warehouse(settings, locks, patience)
        assert isinstance(warehouse, LakeWarehouse)  # noqa: S101 - the URL says so
        try:
            for project_hash in warehouse.all_project_hashes():
                interruption.check()
                with ExitStack() as held:
                    try:
                        patience.until_free(partial(_enter, held, locks.project(project_hash)))
                    except ConnectorError as error:
                        if error.kind is not ErrorKind.LOCKED:
                            raise
                        report.event("left_out", f"Left for next time: {error}", level="warning")
                        continue
                    maintain_project(warehouse.copy, project_hash, grace, done)
            maintain_files(warehouse.lake, grace, done)
        finally:
            warehouse.close()
    return (
        f"Files of labels: {done.files_before:,} before, {done.files_after:,} now; rows that nobody could see any more:"
        f" {done.garbage_rows:,} deleted; snapshots expired: {done.snapshots:,}; files deleted: {done.orphans:,}."
    )


def script_for_duckdb(settings: Settings) -> str:
    """SQL that shows a lake in any DuckDB.

    Raises:
        ConnectorError: CONFIGURATION if the warehouse is no lake; WAREHOUSE or SCHEMA if it cannot be read.
    """
    location = _lake_of(settings)
    from connector.load.on_iceberg.reading_session import duckdb_script

    return duckdb_script(location)


def script_for_spark(settings: Settings) -> str:
    """SQL that makes a lake's views in the catalog that Spark shares with it.

    Raises:
        ConnectorError: CONFIGURATION if the warehouse is no lake, or sqlglot is not installed; WAREHOUSE or SCHEMA if
            it cannot be read or is of another release.
    """
    location = _lake_of(settings)
    from connector.load.on_iceberg.opening import open_lake_for_reading

    open_lake_for_reading(location)
    from connector.views.spark import require_sqlglot

    require_sqlglot()
    from connector.views.spark.relation_names import RelationNames
    from connector.views.spark.standing_script import standing_script

    return standing_script(RelationNames.of(location))


def _lake_of(settings: Settings) -> LakeLocation:
    from connector.load.on_iceberg.driver import require_pyiceberg

    location = warehouse_location(settings.warehouse, settings.db_schema)
    if not isinstance(location, LakeLocation):
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "The warehouse is no lake of Iceberg tables.",
            remedy="Give --warehouse iceberg:///folder or iceberg://CATALOG/NAMESPACE.",
        )
    require_pyiceberg()
    return location


def _enter(held: ExitStack, lock: object) -> None:
    held.enter_context(lock)  # type: ignore[arg-type]
