"""A COCO document into a file or to standard output, and what to tell of it."""

import sys
from pathlib import Path

from connector.errors import ConnectorError, ErrorKind
from connector.export.coco import CocoWritten, export_coco
from connector.export.coco_choice import CocoWanted
from connector.file_modes import take_place
from connector.interruption import Interruption
from connector.load.reading import open_for_reading
from connector.report import Report

STANDARD_OUTPUT = Path("-")
"""What `--out` names instead of a file."""


def write_coco(
    warehouse: str, schema: str | None, wanted: CocoWanted, out: Path, report: Report, interruption: Interruption
) -> CocoWritten:
    """Write a COCO file; it has its name only once it is whole.

    Args:
        warehouse: its URL; opened read-only.
        schema: the schema of its tables, if not the default one.
        wanted: what to export.
        out: the file, or `-`.
        report: where progress, warnings and the outcome go.
        interruption: checked after each bundle of label rows.

    Raises:
        ConnectorError: see `export_coco`; also CONFIGURATION if the file cannot be written.
    """
    with open_for_reading(warehouse, schema) as session:
        if out == STANDARD_OUTPUT:
            written = export_coco(session, wanted, sys.stdout.buffer, None, report, interruption)
        else:
            partial = out.with_name(f".{out.name}.part")
            try:
                with partial.open("wb") as file:
                    written = export_coco(session, wanted, file, out.parent, report, interruption)
                take_place(partial, out)
            except OSError as error:
                raise ConnectorError(
                    ErrorKind.CONFIGURATION,
                    f"{out} cannot be written: {error.strerror}.",
                    remedy="Check --out, its folder's rights and the room on its disk.",
                ) from error
            finally:
                partial.unlink(missing_ok=True)
    _tell(report, written, out)
    return written


def _tell(report: Report, written: CocoWritten, out: Path) -> None:
    if written.left_out:
        reasons = ", ".join(f"{reason} ({count:,})" for reason, count in sorted(written.left_out.items()))
        report.event(
            "annotations_left_out",
            f"Annotations that COCO has no form for were left out: {reasons}.",
            level="warning",
            left_out=dict(written.left_out),
        )
    if written.waiting:
        states = ", ".join(f"{state} ({count:,})" for state, count in sorted(written.waiting.items()))
        report.event(
            "data_units_waiting",
            f"Data units without consensus and without votes were left out: {states}.",
            level="warning",
            waiting=dict(written.waiting),
        )
    report.event(
        "coco_written",
        f"Wrote {written.annotations:,} annotations on {written.images:,} images to {out}.",
        images=written.images,
        annotations=written.annotations,
        out=str(out),
    )
