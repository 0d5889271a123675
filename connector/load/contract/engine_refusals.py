"""Distinguishes what an engine refuses because of circumstances from what it refuses because of a statement."""

_OF_POSTGRES = ("08", "25", "40", "42501", "53", "55", "57", "58")
"""SQLSTATEs, or their beginnings: connection lost, read-only, deadlock, rights, no room, locks and time-outs, …"""
_OF_DUCKDB = frozenset({"FatalException", "InterruptException", "IOException", "OutOfMemoryException"})


def is_circumstance(error: object) -> bool:
    """Whether an engine's error is not due to the statement: rights, a time-out, a full disk, a lost server.

    Args:
        error: the error of DuckDB or psycopg, which SQLAlchemy has in `orig`.
    """
    if not hasattr(error, "sqlstate"):
        return type(error).__name__ in _OF_DUCKDB
    code = error.sqlstate
    return code is None or str(code).startswith(_OF_POSTGRES)  # without a code the server never answered
