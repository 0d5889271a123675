"""`encord-sync mark`: names moments of a warehouse, under the locks of a command that writes."""

from collections.abc import Iterator
from contextlib import contextmanager

from connector.config import Settings
from connector.load.contract.session import Session
from connector.load.history.marks import marks, read_moment, remove_mark, set_mark, written
from connector.load.locks.lock_holder import LockHolder
from connector.load.questions.reading import open_for_reading
from connector.load.writing.sql_warehouse import SqlWarehouse
from connector.process.interruption import Interruption
from connector.runs.held_warehouse import holding_warehouse, opened_warehouse
from connector.runs.report import Report


def mark_moment(
    settings: Settings, name: str, at: str | None, note: str | None, report: Report, interruption: Interruption
) -> str:
    """Names a moment; returns what was named, in a sentence.

    Args:
        settings: of the command.
        name: the name.
        at: the moment as the user gave it; None for now.
        note: what the user wants to say about it.
        report: of the command.
        interruption: ends the wait for the warehouse.

    Raises:
        ConnectorError: CONFIGURATION if the moment cannot be named so (`marks.set_mark`); as `opened_warehouse`.
    """
    moment = None if at is None else read_moment(at)
    with _writing(settings, report, interruption) as session:
        made = set_mark(session, name, moment, note)
    return f"{made.name} is {written(made.marked_at)}."


def remove_name(settings: Settings, name: str, report: Report, interruption: Interruption) -> None:
    """Takes a moment's name away.

    Raises:
        ConnectorError: CONFIGURATION if there is no such name; as `opened_warehouse`.
    """
    with _writing(settings, report, interruption) as session:
        remove_mark(session, name)


def shown_marks(settings: Settings) -> str:
    """The marks of a warehouse, one on each line with its moment and note.

    Raises:
        ConnectorError: as `open_for_reading`.
    """
    with open_for_reading(settings.warehouse, settings.db_schema, has_views=False) as session, session.transaction():
        found = marks(session)
    return "\n".join(f"{written(each.marked_at)}  {each.name}{f'  {each.note}' if each.note else ''}" for each in found)


@contextmanager
def _writing(settings: Settings, report: Report, interruption: Interruption) -> Iterator[Session]:
    holder = LockHolder.this_process("mark")
    with holding_warehouse(settings, holder, report, interruption) as (locks, patience):
        warehouse = opened_warehouse(settings, locks, patience)
        try:
            assert isinstance(warehouse, SqlWarehouse)  # noqa: S101 - all engines are
            with warehouse.naming_moments() as session:
                yield session
        finally:
            warehouse.close()
