"""Where a lake of Iceberg tables is: the name of a catalog and a namespace, or a folder."""

import re
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from connector.errors import ConnectorError, ErrorKind

LAKE_EXAMPLES = "iceberg:///folder (relative), iceberg:////absolute/folder, or iceberg://CATALOG/NAMESPACE"
_NAMESPACE = r"[a-z_][a-z0-9_]{0,53}"
DEFAULT_NAMESPACE = "encord"


@dataclass(frozen=True, slots=True)
class LakeLocation:
    """A lake.

    Attributes:
        catalog: the name of a catalog in pyiceberg's configuration; None for a lake in a folder.
        folder: the folder of a lake that has its catalog beside its tables; None otherwise.
        namespace: the namespace of the views; the tables are in `data_namespace`.
        settings: DuckDB settings of the working copy, given in the URL.
    """

    catalog: str | None
    folder: Path | None
    namespace: str
    settings: dict[str, str]

    @property
    def data_namespace(self) -> str:
        """The namespace of the tables, which nobody should read by themselves."""
        return f"{self.namespace}_data"

    @property
    def shown(self) -> str:
        """The lake in messages."""
        return f"iceberg://{self.catalog}/{self.namespace}" if self.folder is None else f"the folder {self.folder}"


def lake_location(url: sa.URL, schema: str | None) -> LakeLocation:
    """Reads an `iceberg:` URL, whose settings have been checked.

    Raises:
        ConnectorError: CONFIGURATION if it names neither a folder nor a catalog and a namespace.
    """
    settings = {name: str(value) for name, value in url.query.items()}
    place = url.database or ""
    if not url.host:
        if not place:
            raise _unclear("names no folder")
        return LakeLocation(None, Path(place), schema or DEFAULT_NAMESPACE, settings)
    if url.username or url.password or url.port:
        raise _unclear("has a user, a password or a port, which belong to pyiceberg's configuration of the catalog")
    if not re.fullmatch(_NAMESPACE, place):
        raise _unclear("names no namespace of lower-case letters, digits and _ behind the catalog")
    if schema is not None and schema != place:
        raise _unclear("names another namespace than --schema")
    return LakeLocation(url.host, None, place, settings)


def _unclear(why: str) -> ConnectorError:
    return ConnectorError(ErrorKind.CONFIGURATION, f"The warehouse's URL {why}.", remedy=f"Give {LAKE_EXAMPLES}.")
