"""Tables sync_run and sync_run_project: one row for each run, and for each project of a run."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from connector.load.contract.session import Session
from connector.load.contract.statements import key_columns, sql


def upsert_receipt(session: Session, table: sa.Table, receipt: Mapping[str, Any]) -> None:
    """Upserts one receipt by its key inside the caller's transaction; columns not given stay as they are."""
    keys = key_columns(table)
    columns = [column.name for column in table.columns if column.name in receipt]
    condition = " AND ".join(f"{name} = ${name}" for name in keys)
    parts = {"table": table.name, "condition": condition}
    key = {name: receipt[name] for name in keys}
    [(present,)] = session.rows(sql("SELECT count(*) FROM {table} WHERE {condition}", **parts), **key)
    values = {name: receipt[name] for name in columns}
    if present:
        changes = ", ".join(f"{name} = ${name}" for name in columns if name not in keys)
        session.execute(sql("UPDATE {table} SET {changes} WHERE {condition}", changes=changes, **parts), **values)
        return
    insert = sql(
        "INSERT INTO {table} ({columns}) VALUES ({values})",
        columns=", ".join(columns),
        values=", ".join(f"${name}" for name in columns),
        table=table.name,
    )
    session.execute(insert, **values)
