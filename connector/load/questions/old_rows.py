"""How many old rows a warehouse has that may go. Only reads."""

from datetime import datetime

from connector.load.questions.reading import open_for_reading
from connector.load.upkeep.pruned_rows import count_old_rows


def old_rows(url: str, schema: str | None, before: datetime) -> dict[str, tuple[int, int]]:
    """Table → how many rows from before a moment `prune` would delete, and how many rows it has.

    Raises:
        ConnectorError: as `open_for_reading`.
    """
    with open_for_reading(url, schema, has_views=False) as session, session.transaction():
        return count_old_rows(session, before)
