"""The warehouse in a PostgreSQL schema."""
