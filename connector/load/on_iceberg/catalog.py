"""Opens the catalog that a lake is in: pyiceberg's configuration names it, or it lies in a folder with its files."""

import weakref
from pathlib import Path

from pyiceberg.catalog import Catalog, load_catalog
from pyiceberg.exceptions import NoSuchNamespaceError

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.lake_location import LakeLocation
from connector.load.on_iceberg.lake_failures import lake_failures

_CATALOG_FILE = "catalog.db"


def open_catalog(location: LakeLocation, *, may_create: bool) -> Catalog:
    """The catalog of a lake; what it keeps open is closed when nobody has it any more.

    Args:
        location: the lake.
        may_create: whether a folder that is not there is made.

    Raises:
        ConnectorError: CONFIGURATION if pyiceberg's configuration does not name the catalog; WAREHOUSE if there is no
            lake in the folder, or the catalog cannot be reached.
    """
    if location.folder is not None:
        catalog = _in_folder(location, location.folder, may_create=may_create)
    else:
        catalog = _configured(location)
    # Only catalogs in a database have one: it keeps connections until it is told not to.
    if engine := getattr(catalog, "engine", None):
        weakref.finalize(catalog, engine.dispose)
    return catalog


def _configured(location: LakeLocation) -> Catalog:
    try:
        with lake_failures(location):
            return load_catalog(location.catalog)
    except ConnectorError as error:
        if not isinstance(error.__cause__, ValueError | KeyError):
            raise
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"pyiceberg's configuration has no usable catalog {location.catalog}.",
            remedy="Describe it in .pyiceberg.yaml or in PYICEBERG_CATALOG__… variables, as pyiceberg's documentation"
            " says.",
        ) from error


def _in_folder(location: LakeLocation, folder: Path, *, may_create: bool) -> Catalog:
    file = folder / _CATALOG_FILE
    if not file.exists():
        if not may_create:
            raise ConnectorError(
                ErrorKind.WAREHOUSE,
                f"There is no lake in the folder {folder}.",
                remedy="`encord-sync sync` makes it; check the path if you have one.",
            )
        with lake_failures(location):
            folder.mkdir(parents=True, exist_ok=True)
    whole = folder.resolve()
    with lake_failures(location):
        return load_catalog(
            "lake", type="sql", uri=f"sqlite:///{whole / _CATALOG_FILE}", warehouse=whole.as_uri(), echo="false"
        )


def lake_exists(location: LakeLocation) -> bool:
    """Whether somebody has made the lake's tables.

    Raises:
        ConnectorError: as `open_catalog`, but for a folder that is not there.
    """
    if location.folder is not None and not (location.folder / _CATALOG_FILE).exists():
        return False
    catalog = open_catalog(location, may_create=False)
    with lake_failures(location):
        try:
            return bool(catalog.list_tables(location.data_namespace))
        except NoSuchNamespaceError:
            return False
