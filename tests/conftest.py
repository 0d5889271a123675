"""Fixtures that any folder may ask for; a test that asks for no PostgreSQL starts none."""

from tests.postgres_server import postgres_database, postgres_server, postgres_template, postgres_url

__all__ = ["postgres_database", "postgres_server", "postgres_template", "postgres_url"]
