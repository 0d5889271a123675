"""Opens a lake, makes its tables if it is new, and brings an older one up to this release.

Each release's tables are declared once, so a migration only adds what is missing: tables, and columns, whose values are
NULL in older rows. The revision is a property of the namespace and has the same numbers as on the other engines.
"""

from collections.abc import Iterator

import pyarrow as pa
from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import NamespaceAlreadyExistsError, NoSuchNamespaceError, TableAlreadyExistsError

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.lake_location import LakeLocation
from connector.load.contract.revisions import head_revision, other_release
from connector.load.on_iceberg.catalog import open_catalog
from connector.load.on_iceberg.kept_past import begin_history
from connector.load.on_iceberg.lake_failures import lake_failures
from connector.load.on_iceberg.lake_tables import Lake, arrow_schema, new_commit_id
from connector.load.on_iceberg.layout import LAKE_TABLES, PROPERTIES, iceberg_schema, partition_spec
from connector.load.tables.consensus import FIRST_THRESHOLD

_REVISION = "encord-sync.revision"


def open_lake(location: LakeLocation, *, migrate: bool) -> tuple[Lake, str | None]:
    """A lake with this release's tables.

    Args:
        location: the lake.
        migrate: whether an older lake may be brought up to this release. A new one always gets its tables.

    Returns:
        The lake, and the older revision that was migrated, or None.

    Raises:
        ConnectorError: CONFIGURATION or WAREHOUSE as `open_catalog`; SCHEMA if it is of another release, or holds
            tables of these names that this product did not make.
    """
    catalog = open_catalog(location, may_create=True)
    with lake_failures(location):
        revision = _revision(catalog, location)
        if revision is None:
            _refuse_foreign_tables(catalog, location)
            _create_namespaces(catalog, location)
        elif revision != head_revision() and (not migrate or int(revision) > int(head_revision())):
            raise other_release(revision)
        lake = Lake(location, catalog)
        for name in _missing_tables(catalog, location):
            _create(catalog, location, name)
        name = "consensus_threshold"
        if lake.table(name).current_snapshot() is None:  # it never had a row, not even one that somebody removed
            lake.add(name, pa.Table.from_pylist([FIRST_THRESHOLD], schema=arrow_schema(name)))
        is_older = revision not in {None, head_revision()}
        if is_older:
            _add_missing_columns(lake)
        has_begun = begin_history(lake)
        if is_older:
            catalog.update_namespace_properties(location.data_namespace, updates={_REVISION: head_revision()})
        if is_older or has_begun:
            lake.note_commit(new_commit_id())  # the last one noted has neither the new tables nor the new columns
    return lake, revision if is_older else None


def open_lake_for_reading(location: LakeLocation) -> Lake:
    """A lake of this release; nothing is made or changed.

    Raises:
        ConnectorError: as `open_lake`; SCHEMA also if there is no lake.
    """
    catalog = open_catalog(location, may_create=False)
    with lake_failures(location):
        revision = _revision(catalog, location)
    if revision is None:
        raise ConnectorError(
            ErrorKind.SCHEMA,
            f"There are no tables of encord-sync in the lake {location.shown}.",
            remedy="Name the warehouse that you synced into, or run `encord-sync sync` first.",
        )
    if revision != head_revision():
        raise other_release(revision)
    return Lake(location, catalog)


def _revision(catalog: Catalog, location: LakeLocation) -> str | None:
    try:
        found = catalog.load_namespace_properties(location.data_namespace).get(_REVISION)
    except NoSuchNamespaceError:
        return None
    return None if found is None else str(found)


def _refuse_foreign_tables(catalog: Catalog, location: LakeLocation) -> None:
    try:
        present = {identifier[-1] for identifier in catalog.list_tables(location.data_namespace)}
    except NoSuchNamespaceError:
        return
    if taken := sorted(present & LAKE_TABLES.keys()):
        raise ConnectorError(
            ErrorKind.SCHEMA,
            f"The namespace {location.data_namespace} already has tables that encord-sync did not make:"
            f" {', '.join(taken)}.",
            remedy="Name another namespace.",
        )


def _create_namespaces(catalog: Catalog, location: LakeLocation) -> None:
    """Makes the namespaces; the revision comes first, so that tables without one are never ours."""
    revision = {_REVISION: head_revision()}
    try:
        catalog.create_namespace(location.data_namespace, revision)
    except NamespaceAlreadyExistsError:
        catalog.update_namespace_properties(location.data_namespace, updates=revision)
    catalog.create_namespace_if_not_exists(location.namespace)


def _missing_tables(catalog: Catalog, location: LakeLocation) -> Iterator[str]:
    present = {identifier[-1] for identifier in catalog.list_tables(location.data_namespace)}
    return (name for name in LAKE_TABLES if name not in present)


def _create(catalog: Catalog, location: LakeLocation, name: str) -> None:
    schema = iceberg_schema(name)
    try:
        catalog.create_table(
            (location.data_namespace, name),
            schema,
            partition_spec=partition_spec(name, schema),
            properties={**PROPERTIES, "comment": str(LAKE_TABLES[name].comment)},
        )
    except TableAlreadyExistsError:
        return  # another process opens the lake for the first time too


def _add_missing_columns(lake: Lake) -> None:
    for name in LAKE_TABLES:
        table = lake.table(name)
        present = {field.name for field in table.schema().fields}
        if missing := [field for field in iceberg_schema(name).fields if field.name not in present]:
            with table.update_schema() as update:
                for field in missing:
                    update.add_column(field.name, field.field_type, doc=field.doc)
            lake.table(name, fresh=True)
