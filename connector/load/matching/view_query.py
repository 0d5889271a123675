"""The SELECT behind a view, so that a statement of the load can run the view's own text over less than everything.

A rule is then written once, in sql/: what a transaction makes of the touched data units, and what the view says of all
of them, cannot differ. A view need not be installed for that.
"""

from collections.abc import Mapping

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.placement import without_schema
from connector.sql_files import shipped_view


def view_query(name: str) -> str:
    """The query of a view, without what creates and describes it; it names no schema.

    Raises:
        ConnectorError: INTERNAL, if no file of sql/ creates that view.
    """
    file = shipped_view(name)
    if file is None:
        raise ConnectorError(ErrorKind.INTERNAL, f"No file of sql/ creates view {name}.")
    return without_schema(file.query)


def query_over(given: Mapping[str, str], views: tuple[str, ...], query: str) -> str:
    """A query over views whose texts are written out in front of it.

    Args:
        given: what stands in for views that the others read: name → query.
        views: the views to write out, each after those that it reads.
        query: what to ask of them.
    """
    # Written out once for each use, as a view would be, so that the planner sees through to the tables.
    parts = [*given.items(), *((name, view_query(name)) for name in views)]
    return "WITH " + ", ".join(f"{name} AS NOT MATERIALIZED ({text})" for name, text in parts) + f" {query}"
