"""Floor d: the least that any program could do. Parse the label rows' JSON with the SDK's parser, append final columns.

Neither HTTP nor listing, neither normalising nor state, and the clock (CPU and wall) runs for these two steps alone:
interpreter, imports and the reading of the prepared files are not counted. The garbage collector is off, without which
parsing takes a third longer.
"""

import gc
import json
import time
from pathlib import Path

import duckdb
import orjson
import pyarrow as pa

from bench.ways import Job
from connector.load.on_duckdb.opening import connect
from connector.load.tables import LABEL_TABLES

ANNOTATIONS_A_TRANSACTION = 100_000


def save_final_columns(warehouse: Path, folder: Path) -> None:
    """Write the label tables of a synced warehouse as Arrow files, and the statements that make them."""
    connection = duckdb.connect(str(warehouse), read_only=True)
    for name in LABEL_TABLES:
        rows = connection.execute(f"SELECT * FROM {name}").to_arrow_table()
        if rows.num_rows:
            with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as file, pa.ipc.new_file(file, rows.schema) as writer:
                writer.write_table(rows)
    statements = connection.execute("SELECT sql FROM duckdb_tables() WHERE table_name IN ?", [list(LABEL_TABLES)])
    (folder / "tables.sql").write_text("\n".join(statement for (statement,) in statements.fetchall()))
    connection.close()


def parse(folder: Path) -> tuple[float, float]:
    """Parse each label row, one after another; returns CPU and wall seconds of the parsing alone."""
    cpu = wall = 0.0
    for path in sorted(folder.glob("*.json")):
        content = path.read_bytes()
        cpu_begun, wall_begun = time.process_time(), time.monotonic()
        labels = orjson.loads(content)
        del labels
        cpu, wall = cpu + time.process_time() - cpu_begun, wall + time.monotonic() - wall_begun
    return cpu, wall


def append(folder: Path, warehouse: Path) -> tuple[float, float, int]:
    """Append the final columns to new tables; returns CPU and wall seconds of that, and the annotations."""
    tables = read_final_columns(folder)
    connection = connect(warehouse)
    connection.execute((folder / "tables.sql").read_text())
    annotations = tables["object_annotation"].num_rows
    parts = max(1, -(-annotations // ANNOTATIONS_A_TRANSACTION))
    cpu_begun, wall_begun = time.process_time(), time.monotonic()
    for part in range(parts):
        connection.begin()
        for name, rows in tables.items():
            length = -(-rows.num_rows // parts)
            connection.register("arriving", rows.slice(part * length, length))
            connection.execute(f"INSERT INTO {name} SELECT * FROM arriving")
        connection.commit()
    connection.close()
    return time.process_time() - cpu_begun, time.monotonic() - wall_begun, annotations


def read_final_columns(folder: Path) -> dict[str, pa.Table]:
    """The tables that `save_final_columns` wrote, by name; those without rows are left out."""
    return {
        name: pa.ipc.open_file(path.read_bytes()).read_all()
        for name in LABEL_TABLES
        if (path := folder / f"{name}.arrow").exists()
    }


def main() -> None:
    """Print the seconds of the two steps."""
    gc.disable()
    job = Job.of_this_process()
    folder = Path(job.folder)
    parsed_cpu, parsed_wall = parse(folder)
    appended_cpu, appended_wall, annotations = append(folder, Path(job.warehouse))
    told = {
        "cpu": parsed_cpu + appended_cpu,
        "wall": parsed_wall + appended_wall,
        "parse_cpu": parsed_cpu,
        "append_cpu": appended_cpu,
        "annotations": annotations,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
