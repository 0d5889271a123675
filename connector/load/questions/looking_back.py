"""Shows a session the warehouse as it was at a moment: every table and view that has a past, under its own name."""

from datetime import datetime

from connector.load.contract.placement import in_words, with_schemas
from connector.load.contract.session import Session
from connector.load.contract.statements import sql
from connector.load.history.as_of import table_as_of
from connector.load.history.marks import moment_of
from connector.load.tables.histories import HISTORIES
from connector.views.moments import view_as_of, views_with_a_past


def look_back(session: Session, schema: str, asked: str) -> datetime:
    """Has the session see a moment from now on, and returns the moment.

    Temporary views take the names of the tables and views: a session finds them first. What has no past (consensus,
    runs, task actions) stays as it is.

    Args:
        session: that may create temporary views.
        schema: the warehouse's schema.
        asked: the name of a mark, or a time.

    Raises:
        ConnectorError: CONFIGURATION if the moment is not known; WAREHOUSE if temporary views are not allowed.
    """
    with session.transaction():
        moment = moment_of(session, asked)
        literal = f"CAST('{moment.isoformat()}' AS TIMESTAMPTZ)"
        queries = {name: table_as_of(name, literal, in_words) for name in HISTORIES}
        queries |= {name: view_as_of(name, literal) for name in views_with_a_past()}
        [(database,)] = session.rows("SELECT current_database()")
        for name, query in queries.items():
            placed = with_schemas(query, schema, database)
            session.execute(sql("CREATE TEMPORARY VIEW {name} AS {query}", name=name, query=placed))
    return moment
