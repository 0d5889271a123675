"""Alembic's entry: runs the migrations on the connection that `connector.load.revisions` hands over.

There is no alembic.ini: the connection, or for SQL text the dialect's name, travels in the configuration's attributes.
Tables are created in the connection's search path, so the same revisions serve every `--schema`.
"""

# The dialect tells Alembic of DuckDB when it connects, if Alembic was imported by then.
import duckdb_sqlalchemy.alembic_impl  # noqa: F401
from alembic import context

attributes = context.config.attributes

if context.is_offline_mode():
    context.configure(dialect_name=attributes["dialect_name"], literal_binds=True)
else:
    # The caller's transaction holds all revisions of one upgrade: a failing one leaves the warehouse as it was.
    context.configure(connection=attributes["connection"], transaction_per_migration=False)

with context.begin_transaction():
    context.run_migrations()
