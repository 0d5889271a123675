"""Imports what commands import on their way: the process that imports this is the one that they are forked from.

Not pyiceberg, which reads the environment when it is imported: that is the environment of each command.
"""

import importlib
import os
from contextlib import suppress

from connector.process.quick_start import start_quickly

# A fork takes no threads along, and OpenBLAS would make some at once.
os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
start_quickly()
for module in (
    *("connector.cli", "connector.process.interruption", "connector.sync.run"),
    *("connector.verify.verification", "alembic.command", "duckdb_sqlalchemy", "psycopg"),
):
    with suppress(ImportError):  # of what one environment of the tests lacks, its commands have no need
        importlib.import_module(module)
