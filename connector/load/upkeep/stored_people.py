"""Replaces the addresses of people that are stored as they are by pseudonyms, and says whether a project has some."""

import pyarrow as pa
import sqlalchemy as sa

from connector.load.contract.pseudonyms import mixed_with, words_of
from connector.load.contract.session import Session
from connector.load.contract.statements import sql
from connector.load.tables import METADATA

_TEXT = pa.schema([pa.field("address", pa.string())])
_DIGEST = "listing_digest"
"""The column of a table that remembers a hash of listed rows, addresses included. It is made empty, and so unlike any
hash: what it stands for is read once more."""


def checks_of_projects(session: Session) -> dict[str, str | None]:
    """project_hash → check value of the key that made its pseudonyms, None for addresses as they are."""
    return dict(session.rows("SELECT project_hash, pseudonym_check FROM project"))


def pseudonymise_rows(session: Session, project_hash: str) -> int:
    """Replaces every address in the rows of a project, in all tables, inside the caller's transaction.

    Returns:
        How many values were replaced; none if it is called again.

    Raises:
        ConnectorError: CONFIGURATION if another process made pseudonyms of them with another key meanwhile.
    """
    own, stored = session.pseudonyms.check, checks_of_projects(session).get(project_hash)
    if stored not in (None, own):
        raise mixed_with(stored, own)
    replaced = 0
    for table in METADATA.sorted_tables:
        for column, word in words_of(table.name).items():
            replaced += _replace(session, table, column, word, project_hash)
        if _DIGEST in table.columns:
            forget = "UPDATE {table} SET {digest} = '' WHERE project_hash = $project_hash"
            session.execute(sql(forget, table=table.name, digest=_DIGEST), project_hash=project_hash)
    note_key(session, project_hash)
    return replaced


def note_key(session: Session, project_hash: str) -> None:
    """Notes with which key a project's pseudonyms are made."""
    note = "UPDATE project SET pseudonym_check = $stored WHERE project_hash = $project_hash"
    session.execute(note, stored=session.pseudonyms.check, project_hash=project_hash)


def _replace(session: Session, table: sa.Table, column: str, word: str, project_hash: str) -> int:
    """Replaces the values of one column by a join with all that it holds, which are few but for ids."""
    parts = {"table": table.name, "column": column, "of_project": _of_project(table)}
    query = "SELECT DISTINCT {column} AS address FROM {table} WHERE {column} IS NOT NULL AND {of_project}"
    found = session.table(sql(query, **parts), _TEXT, project_hash=project_hash)["address"].combine_chunks()
    if not len(found):
        return 0
    pseudonyms = pa.array(session.pseudonyms.of_texts(word, found.to_pylist()), pa.string())
    session.stage("known_person", pa.table({"address": found, "pseudonym": pseudonyms}))
    update = (
        "UPDATE {table} SET {column} = known_person.pseudonym FROM known_person"
        " WHERE {table}.{column} = known_person.address AND known_person.address <> known_person.pseudonym"
        " AND {of_project}"
    )
    return session.execute(sql(update, **parts), project_hash=project_hash)


def _of_project(table: sa.Table) -> str:
    """The rows of a project; of a table that names only label rows, also those that no label row has any more."""
    if "project_hash" in table.columns:
        return f"{table.name}.project_hash = $project_hash"
    of_others = (
        "SELECT 1 FROM label_row AS other WHERE other.project_hash <> $project_hash"
        " AND other.label_hash = {table}.label_hash"
    )
    return f"NOT EXISTS ({sql(of_others, table=table.name)})"
