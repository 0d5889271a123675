"""`export json`: the label rows of a project as one JSON list, or one JSON object a line, written row by row."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

import orjson

from connector.errors import ConnectorError, ErrorKind
from connector.export.label_rows.encord_dict.records import JsonObject
from connector.export.label_rows.stored import StoredLabelRows
from connector.export.whole_file import whole_file
from connector.process.interruption import Interruption
from connector.process.standard_streams import product_on_standard_output
from connector.runs.report import Report

STANDARD_OUTPUT = Path("-")
"""The value of `--out` for standard output."""


@dataclass(slots=True)
class WrittenFile:
    """What was written.

    Attributes:
        label_rows: label rows in the file.
        annotations: objects on frames in them.
        failed: label hashes of those that could not be written; they are not in the file.
    """

    label_rows: int = 0
    annotations: int = 0
    failed: list[str] = field(default_factory=list)


def write_json_file(
    rows: StoredLabelRows, out: Path, report: Report, interruption: Interruption, *, as_lines: bool
) -> WrittenFile:
    """Write label rows; the file appears when it is complete, and replaces an older one.

    Args:
        rows: the label rows.
        out: the file, compressed if its name ends in .gz; or `-`.
        report: is told about progress, and about label rows that could not be written.
        interruption: checked after each label row; if it stops the export, nothing is left behind.
        as_lines: whether to write one JSON object a line instead of one list.

    Raises:
        ConnectorError: CONFIGURATION, if the file cannot be written; INTERRUPTED; WAREHOUSE.
    """
    written = WrittenFile()
    with _output(out) as write:
        if not as_lines:
            write(b"[")
        for row in rows.rows():
            interruption.check()
            if row.labels is None:
                written.failed.append(row.label_hash)
                _tell_unwritable(report, row.label_hash)
                continue
            if as_lines:
                write(_json(row.labels) + b"\n")
            else:
                write(b",\n" if written.label_rows else b"\n")
                write(_json(row.labels))
            written.label_rows += 1
            written.annotations += row.annotations
            report.progress(rows.title, written.label_rows, rows.count, written.annotations)
        if not as_lines:
            write(b"\n]\n")
    return written


def write_ontology_file(structure: JsonObject, out: Path) -> None:
    """Write an ontology's structure, as `ontology.structure.to_dict()` of the SDK does; `load --ontology` reads it.

    Raises:
        ConnectorError: CONFIGURATION, if the file cannot be written.
    """
    with _output(out) as write:
        write(orjson.dumps(structure, option=orjson.OPT_INDENT_2) + b"\n")


def _json(labels: JsonObject) -> bytes:
    return orjson.dumps(labels)


def _tell_unwritable(report: Report, label_hash: str) -> None:
    report.event(
        "label_row_failed",
        f"Label row {label_hash} was left out: its rows in the warehouse do not fit each other. `encord-sync verify`"
        " names what differs from Encord, `encord-sync sync --full` makes them again.",
        level="warning",
        label_hash=label_hash,
    )


@contextmanager
def _output(out: Path) -> Iterator[Callable[[bytes], object]]:
    """A function that writes to a new file; the file gets its name at the end of the block, or goes if that raises."""
    if out == STANDARD_OUTPUT:
        with product_on_standard_output() as product:
            yield product.write
        return
    try:
        with whole_file(out) as file:
            if out.suffix == ".gz":
                with gzip.GzipFile(out.stem, "wb", 6, file, mtime=0) as packed:
                    yield cast("BinaryIO", packed).write
            else:
                yield file.write
    except OSError as error:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"{out} cannot be written: {error.strerror or type(error).__name__}.",
            remedy="Name another file with --out, or remove what is in the way.",
        ) from error
