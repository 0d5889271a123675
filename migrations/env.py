"""Alembic's entry: runs the migrations on the connection that `connector.load.contract.revisions` hands over.

There is no alembic.ini: the connection, or for SQL text the dialect's name, travels in the configuration's attributes.
Tables are created in the connection's search path, so the same revisions serve every `--schema`.
"""

# The dialect tells Alembic of DuckDB when it connects, if Alembic was imported by then.
import duckdb_sqlalchemy.alembic_impl  # noqa: F401
import sqlalchemy as sa
from alembic import context

# Revision 0009 moves Alembic's own table out of the first schema of the search path.
MOVED_TO = (
    "SELECT table_schema FROM information_schema.tables WHERE table_name = 'alembic_version'"
    " AND table_schema = ANY(current_schemas(false)) AND table_schema <> current_schema()"
)

attributes = context.config.attributes

if context.is_offline_mode():
    context.configure(dialect_name=attributes["dialect_name"], literal_binds=True)
else:
    connection = attributes["connection"]
    # The caller's transaction holds all revisions of one upgrade: a failing one leaves the warehouse as it was.
    context.configure(
        connection=connection,
        version_table_schema=connection.scalar(sa.text(MOVED_TO)),
        transaction_per_migration=False,
    )

with context.begin_transaction():
    context.run_migrations()
