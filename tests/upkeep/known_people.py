"""The sample's people, the key that hides them, and what a warehouse holds of them, read without the product's code."""

import hashlib
import hmac
from collections import Counter
from typing import Any

from connector.load.questions.reading import open_for_reading
from connector.load.tables import METADATA
from connector.load.tables.declaration import PERSON, Pseudonymous
from connector.sample.farm.predictions import MODEL_ACCOUNT
from connector.sample.farm.two_weeks import ROLES
from connector.sql_files import view_files

KEY = "a key of the tests, long enough for anybody"
PSEUDONYMS: dict[str, Any] = {"pseudonymise_emails": True, "pseudonym_key": KEY}
PEOPLE = (*ROLES, MODEL_ACCOUNT)

PERSON_COLUMNS = {
    (str(table.name), column.name)
    for table in METADATA.tables.values()
    for column in table.columns
    if column.type is PERSON
}
OF_THE_RUN = {
    *("run_id", "command", "synced_at", "made_from", "is_settled", "read_at", "first_seen", "last_seen", "started_at"),
    *("ended_at", "stage_seconds", "moved_at", "installed_at", "written_at", "began_at", "known_since", "last_at"),
    *("replaced_at", "unchanged_until"),
}
"""Columns that differ between two syncs of the same source."""
OF_ADDRESSES = {"listing_digest", "pseudonym_check"}
"""Columns that differ because addresses do, and hold none."""


def pseudonym(address: str, word: str = "person") -> str:
    """As docs/personal-data.md says that anybody with the key can make it."""
    return f"{word}-{hmac.new(KEY.encode(), address.encode(), hashlib.sha256).hexdigest()[:20]}"


def rows_of(url: str) -> dict[str, Counter[str]]:
    """The rows of each table, without the columns of the run, as text and how often each is there."""
    return {name: Counter(map(repr, rows)) for name, rows in _read(url, is_hidden=False).items()}


def rows_as_hidden(url: str) -> dict[str, Counter[str]]:
    """The rows of each table as they should be with pseudonyms."""
    return {name: Counter(map(repr, rows)) for name, rows in _read(url, is_hidden=True).items()}


def _read(url: str, *, is_hidden: bool) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    with open_for_reading(url, has_views=False) as session, session.transaction():
        for name, table in METADATA.tables.items():
            columns = [column for column in table.columns if column.name not in OF_THE_RUN | OF_ADDRESSES]
            rows = session.rows(f"SELECT {', '.join(column.name for column in columns)} FROM {name}")
            if is_hidden:
                words = [column.type.word if isinstance(column.type, Pseudonymous) else "" for column in columns]
                rows = [
                    tuple(
                        pseudonym(value, word) if word and value else value
                        for word, value in zip(words, row, strict=True)
                    )
                    for row in rows
                ]
            found[name] = [*rows]
    return found


def with_address(url: str, *, in_views: bool = False) -> dict[str, int]:
    """How many rows of each table, and of each view if asked, hold an address of the sample anywhere."""
    found = {}
    views = [view.view_name for view in view_files()] if in_views else []
    with open_for_reading(url, has_views=in_views) as session, session.transaction():
        for name in (*METADATA.tables, *views):
            rows = sum("@example.com" in repr(row) for row in session.rows(f"SELECT * FROM {name}"))
            if rows:
                found[name] = rows
    return found
