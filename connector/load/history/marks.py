"""Table mark: moments that have a name, so that a training set can be named and made again."""

from datetime import UTC, datetime
from typing import NamedTuple

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.session import Session


class Mark(NamedTuple):
    """A moment that has a name, with the columns of table mark."""

    name: str
    marked_at: datetime
    note: str | None
    made_at: datetime


def marks(session: Session) -> list[Mark]:
    """All marks by moment, read inside the caller's transaction."""
    return [
        Mark(*row) for row in session.rows("SELECT name, marked_at, note, made_at FROM mark ORDER BY marked_at, name")
    ]


def set_mark(session: Session, name: str, moment: datetime | None, note: str | None) -> Mark:
    """Names a moment inside the caller's transaction.

    Args:
        session: inside a transaction.
        name: the name.
        moment: the moment; by default now, after all that was written.
        note: what the user wants to say about it.

    Raises:
        ConnectorError: CONFIGURATION if the name is taken, or the moment is still to come or no longer known.
    """
    now = datetime.now(UTC)
    if any(known.name == name for known in marks(session)):
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"There is a mark {name} already.",
            remedy="Take another name, or remove that one with --remove.",
        )
    [(last_at,)] = session.rows("SELECT max(last_at) FROM history_clock")
    # After a clock was set back, what was written last may be later than now.
    latest = max(now, last_at) if last_at is not None else now
    made = Mark(name, moment or latest, note, now)
    if made.marked_at > latest:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"{written(made.marked_at)} is still to come.",
            remedy="Give a moment that has passed.",
        )
    refuse_unknown(session, made.marked_at)
    insert = "INSERT INTO mark (name, marked_at, note, made_at) VALUES ($name, $marked_at, $note, $made_at)"
    session.execute(insert, **made._asdict())
    return made


def remove_mark(session: Session, name: str) -> None:
    """Takes a moment's name away inside the caller's transaction; the next pruning may then forget the moment.

    Raises:
        ConnectorError: CONFIGURATION if there is no such mark.
    """
    if not session.execute("DELETE FROM mark WHERE name = $name", name=name):
        raise ConnectorError(ErrorKind.CONFIGURATION, f"There is no mark {name}.", remedy="mark --list shows them.")


def moment_of(session: Session, asked: str) -> datetime:
    """The moment that somebody asks for: the name of a mark, or a time in ISO 8601, in UTC if it does not say.

    Args:
        session: inside a transaction.
        asked: the name or time.

    Raises:
        ConnectorError: CONFIGURATION if it is neither, or no project's labels of that moment are known.
    """
    named = {mark.name: mark.marked_at for mark in marks(session)}
    moment = named.get(asked)
    if moment is None:
        moment = read_moment(asked)
        refuse_unknown(session, moment)
    return moment


def read_moment(text: str) -> datetime:
    """A time in ISO 8601; in UTC if it names no zone.

    Raises:
        ConnectorError: CONFIGURATION if it is not one.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "The moment is neither the name of a mark nor a time.",
            remedy="Give a time such as 2026-11-01T00:00Z, or a name that mark --list shows.",
        ) from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def refuse_unknown(session: Session, moment: datetime) -> None:
    """Raises ConnectorError(CONFIGURATION) if the warehouse knows no project as it was at a moment."""
    ((known, earliest),) = session.rows(
        "SELECT count(CASE WHEN known_since <= $moment THEN 1 END), min(known_since) FROM history_clock", moment=moment
    )
    if not known:
        since = f"Its history begins at {written(earliest)}." if earliest is not None else "It has no history."
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The warehouse does not know what its labels were at {written(moment)}. {since}",
            remedy="Ask for a later moment: an earlier one is known only if history was kept then, and not pruned.",
        )


def written(moment: datetime) -> str:
    """A moment as the user writes one; to the microsecond, because two changes may be that close."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
