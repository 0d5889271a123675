"""Where dlt's two baselines meet: a pipeline into a new DuckDB file, with its quickest loader, that reports nothing."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

LOADER = "parquet"
"""The quickest of dlt's file formats for DuckDB: its default was measured to take seven times as long."""


@contextmanager
def pipeline(warehouse: str) -> Iterator[Any]:
    """A dlt pipeline whose working folder goes with the block."""
    with TemporaryDirectory(prefix="encord-sync-bench-dlt-") as folder:
        os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"  # the bench uses no network but loopback
        os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"  # its hints about columns without values
        os.environ["DLT_DATA_DIR"] = folder
        import dlt  # reads its settings from the environment when it is imported

        yield dlt.pipeline(
            "label_rows",
            pipelines_dir=str(Path(folder, "pipelines")),
            destination=dlt.destinations.duckdb(warehouse),
            dataset_name="labels",
        )


def tell_annotations(pipe: Any, table: str) -> None:  # noqa: ANN401 - dlt is imported only where it is used
    """Print how many rows a table of the pipeline's has: what a way tells."""
    with pipe.sql_client() as client:
        [(annotations,)] = client.execute_sql(f"SELECT count(*) FROM {table}")
    print(json.dumps({"annotations": annotations}))
