"""Moves the plumbing to a schema of its own, and lets installed_view describe the views.

What nobody but the connector asks goes from the warehouse's schema to `<schema>_internal` (`internal` beside main),
with its rows. Who may use the warehouse's schema may use that one.

Revision ID: 0009, after 0008
"""

import re

import sqlalchemy as sa
from alembic import context, op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOVED = (
    "consensus_match_rules",
    "consensus_matched_pair",
    "consensus_stage_read",
    "frame_number",
    "object_pair_iou",
    "task_action_read",
)
NEW = ("schema_name", "subject", "key_columns", "description")
OLD = ("grain", "file_name")
VIEWS_COMMENT = "One row a view that the connector installed: the catalogue of what to query."

USERS = """
SELECT DISTINCT CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END
FROM pg_namespace, LATERAL aclexplode(nspacl) AS acl
WHERE nspname = :schema AND acl.privilege_type = 'USAGE' AND acl.grantee <> nspowner
"""
READERS_OF_WHAT_COMES = """
SELECT DISTINCT CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END
FROM pg_default_acl AS d JOIN pg_namespace AS n ON n.oid = d.defaclnamespace, LATERAL aclexplode(d.defaclacl) AS acl
WHERE n.nspname = :schema AND d.defaclobjtype = 'r' AND d.defaclrole = CAST(current_user AS regrole)
  AND acl.privilege_type = 'SELECT' AND acl.grantee <> d.defaclrole
"""
TABLE = """
SELECT sql, comment FROM duckdb_tables()
WHERE database_name = current_database() AND schema_name = :schema AND table_name = :table
"""
COLUMNS = """
SELECT column_name, comment FROM duckdb_columns()
WHERE database_name = current_database() AND schema_name = :schema AND table_name = :table AND comment IS NOT NULL
"""


def upgrade() -> None:
    schema, internal = schemas()
    if not context.is_offline_mode():
        make_schema(schema, internal)
    for table in MOVED:
        move(table, schema, internal)
    if context.is_offline_mode() or "alembic_version" in tables_of(schema):
        move("alembic_version", schema, internal)
    describe_views()


def describe_views() -> None:
    """Empties installed_view, whose rows the installation of the views makes next, and gives it its new columns."""
    if op.get_context().dialect.name != "postgresql":
        # DuckDB commits no transaction that both deletes rows of a table and alters it. It knows no grants to lose.
        op.drop_table("installed_view")
        op.create_table(
            "installed_view",
            sa.Column("view_name", sa.String(), nullable=False),
            sa.Column("position", sa.BigInteger(), nullable=False),
            sa.Column("digest", sa.String(), nullable=False),
            sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
            *(sa.Column(name, sa.String(), nullable=False) for name in NEW),
            comment=VIEWS_COMMENT,
        )
        return
    op.execute("DELETE FROM installed_view")
    for name in NEW:
        op.add_column("installed_view", sa.Column(name, sa.String(), nullable=True))
        op.alter_column("installed_view", name, nullable=False)
    for name in OLD:
        op.drop_column("installed_view", name)


def schemas() -> tuple[str, str]:
    """The warehouse's schema, and that of its plumbing."""
    schema = "encord" if context.is_offline_mode() else str(op.get_bind().scalar(sa.text("SELECT current_schema()")))
    return schema, "internal" if schema == "main" else f"{schema}_internal"


def tables_of(schema: str) -> frozenset[str]:
    query = sa.text("SELECT table_name FROM information_schema.tables WHERE table_schema = :schema")
    return frozenset(op.get_bind().scalars(query, {"schema": schema}))


def make_schema(schema: str, internal: str) -> None:
    if op.get_context().dialect.name != "postgresql":
        op.execute(f'CREATE SCHEMA IF NOT EXISTS "{internal}"')
        return
    bind = op.get_bind()
    # Asked for first: PostgreSQL refuses IF NOT EXISTS to a user who may not create schemas.
    if bind.scalar(sa.text("SELECT 1 FROM pg_namespace WHERE nspname = :schema"), {"schema": internal}) is None:
        op.execute(f'CREATE SCHEMA "{internal}"')
    for user in bind.scalars(sa.text(USERS), {"schema": schema}).all():
        op.execute(f'GRANT USAGE ON SCHEMA "{internal}" TO {user}')
    for reader in bind.scalars(sa.text(READERS_OF_WHAT_COMES), {"schema": schema}).all():
        op.execute(f'ALTER DEFAULT PRIVILEGES IN SCHEMA "{internal}" GRANT SELECT ON TABLES TO {reader}')


def move(table: str, source: str, target: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(f'ALTER TABLE "{source}".{table} SET SCHEMA "{target}"')
    else:
        copy_over(table, source, target)


def copy_over(table: str, source: str, target: str) -> None:
    """DuckDB has no SET SCHEMA."""
    bind = op.get_bind()
    names = {"schema": source, "table": table}
    made, comment = bind.execute(sa.text(TABLE), names).one()
    columns = bind.execute(sa.text(COLUMNS), names).all()
    statements = [
        re.sub(r"^CREATE TABLE [^(]+", f'CREATE TABLE "{target}".{table}', made),
        f'INSERT INTO "{target}".{table} FROM "{source}".{table}',
        f'DROP TABLE "{source}".{table}',
        *([f'COMMENT ON TABLE "{target}".{table} IS {literal(comment)}'] if comment else []),
        *(f'COMMENT ON COLUMN "{target}".{table}.{column} IS {literal(text)}' for column, text in columns),
    ]
    for statement in statements:
        bind.exec_driver_sql(statement, execution_options={"no_parameters": True})


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def downgrade() -> None:
    schema, internal = schemas()
    # Alembic's own table stays: it is found in either schema.
    for table in MOVED:
        move(table, internal, schema)
    op.drop_table("installed_view")
    op.create_table(
        "installed_view",
        sa.Column("view_name", sa.String(), nullable=False),
        sa.Column("grain", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        comment=VIEWS_COMMENT,
    )
    if op.get_context().dialect.name == "postgresql":
        op.create_primary_key("pk_installed_view", "installed_view", ["view_name"])
