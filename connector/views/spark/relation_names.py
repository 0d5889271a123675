"""Where Spark finds a lake's relations: the tables as they are stored, and what people may read."""

from dataclasses import dataclass

from sqlglot import exp

from connector.load.contract.lake_location import LakeLocation
from connector.load.tables import METADATA
from connector.load.tables.declaration import internal_schema, is_internal
from connector.sql_files import shipped_view

FOLDER_CATALOG = "lake"
"""What the catalog of a lake in a folder is called, in its own file too."""


@dataclass(frozen=True, slots=True)
class RelationNames:
    """The full names of a lake's relations.

    Attributes:
        catalog: the catalog's name in Spark, which must be its name in pyiceberg's configuration: catalogs in SQL keep
            it beside each table.
        namespace: where the views are.
        data_namespace: where the tables are.
    """

    catalog: str
    namespace: str
    data_namespace: str

    @classmethod
    def of(cls, location: LakeLocation) -> "RelationNames":
        """The names in a lake."""
        return cls(location.catalog or FOLDER_CATALOG, location.namespace, location.data_namespace)

    @property
    def internal_namespace(self) -> str:
        """Where the plumbing is: views that only other views read."""
        return internal_schema(self.namespace)

    def stored(self, name: str) -> str:
        """A table with all its rows, old versions too."""
        return _quoted(self.catalog, self.data_namespace, name)

    def shown(self, name: str) -> str:
        """A view, or the rows of a table that are valid."""
        file = shipped_view(name)
        hidden = is_internal(METADATA.tables[name]) if file is None else file.is_internal
        return self.internal(name) if hidden else _quoted(self.catalog, self.namespace, name)

    def internal(self, name: str) -> str:
        """A relation of the plumbing."""
        return _quoted(self.catalog, self.internal_namespace, name)

    def namespaces(self) -> tuple[str, str]:
        """The namespaces that have to be there for what is shown."""
        return _quoted(self.catalog, self.namespace), _quoted(self.catalog, self.internal_namespace)

    def placed(self, query: exp.Expr) -> exp.Expr:
        """A query of `sql/` with the full name of every relation that it reads."""
        inner = {cte.alias for cte in query.find_all(exp.CTE)}
        for table in query.find_all(exp.Table):
            if isinstance(table.this, exp.Identifier) and not (table.name in inner and not table.db):
                alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name))
                name = self.internal(table.name) if table.db else self.shown(table.name)
                whole = exp.to_table(name, dialect="spark")
                whole.set("alias", alias.copy())
                for argument in ("joins", "laterals"):
                    whole.set(argument, table.args.get(argument))
                table.replace(whole)
        return query


def _quoted(*names: str) -> str:
    return ".".join(exp.to_identifier(name).sql(dialect="spark") for name in names)
