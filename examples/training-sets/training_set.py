"""Writes the labels of a moment as COCO for training and validation, and what changed since an earlier moment.

    encord-sync mark training-2 --warehouse URL
    python training_set.py training-2 --since training-1 --warehouse URL --out training-2

Both names are marks. Made again on any day, train.json and validation.json are the same, byte for byte. Needs the
environment of encord-sync, nothing else.
"""

import argparse
import csv
import subprocess
from pathlib import Path

import sqlalchemy as sa

SPLIT = {"validation": "md5(data_hash) < '33'", "train": "md5(data_hash) >= '33'"}
"""A fifth (hexadecimal 33 of 100) of the data units. A data unit stays on its side whatever else comes or goes."""


def export(mark: str, warehouse: str, folder: Path) -> None:
    """Two COCO files of one moment; --where may say more, such as AND workflow_stage_title = 'Complete'."""
    for name, condition in SPLIT.items():
        arguments = ["--as-of", mark, "--where", condition, "--out", str(folder / f"{name}.json")]
        subprocess.run(["encord-sync", "export", "coco", "--warehouse", warehouse, *arguments], check=True)


def write_delta(since: str, warehouse: str, folder: Path) -> None:
    """delta.csv: which data units to take in again, on which side each is."""
    query = sa.text(Path(__file__).with_name("delta.sql").read_text(encoding="utf-8"))
    with sa.create_engine(warehouse).connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET search_path = encord")
        moment = connection.scalar(sa.text("SELECT marked_at FROM mark WHERE name = :name"), {"name": since})
        if moment is None:
            raise SystemExit(f"There is no mark {since}: encord-sync mark --list names them.")
        rows = connection.execute(query, {"since": moment})
        with (folder / "delta.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(rows.keys())
            writer.writerows(tuple(row) for row in rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mark", help="the moment whose labels to write")
    parser.add_argument("--since", help="an earlier mark, for delta.csv")
    parser.add_argument("--warehouse", required=True, metavar="URL")
    parser.add_argument("--out", type=Path, default=Path(), metavar="FOLDER")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    export(given.mark, given.warehouse, given.out)
    if given.since:
        write_delta(given.since, given.warehouse, given.out)
