"""The SELECT behind a view, so that a statement of the load can run the view's own text over less than everything.

A rule is then written once, in sql/: what a transaction makes of the touched data units, and what the view says of all
of them, cannot differ. A view need not be installed for that.
"""

import hashlib
from collections.abc import Mapping
from functools import cache

from connector.errors import ConnectorError, ErrorKind
from connector.packaged_files import packaged_folder


@cache
def view_query(name: str) -> str:
    """The query of a view, without what creates and describes it.

    Raises:
        ConnectorError: INTERNAL, if no file of sql/ creates that view.
    """
    path = packaged_folder("sql") / f"{name}.sql"
    text = _text(name)
    head, _, rest = text.partition(" AS\n")
    query, end, _ = rest.partition(";\n\nCOMMENT ON VIEW ")
    if not head.endswith(f"CREATE VIEW {name}") or not end:
        raise ConnectorError(ErrorKind.INTERNAL, f"{path.name} does not create view {name}.")
    return query


def view_statement(name: str, digest: str) -> str | None:
    """What creates a view, of its file; None if the installed view of that digest was made from another text."""
    text = _text(name)
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        return None
    statement, _, _ = text.partition(";\n\nCOMMENT ON VIEW ")
    return statement


def _text(name: str) -> str:
    path = packaged_folder("sql") / f"{name}.sql"
    return path.read_text(encoding="utf-8") if path.is_file() else ""


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
