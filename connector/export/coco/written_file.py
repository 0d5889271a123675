"""Writes a COCO document to a file or to standard output, and reports what was written."""

from pathlib import Path

from connector.errors import ConnectorError, ErrorKind
from connector.export.coco.annotations import CocoWritten, export_coco
from connector.export.coco.chosen_label_rows import CocoWanted
from connector.export.whole_file import whole_file
from connector.load.questions.reading import open_for_reading
from connector.process.interruption import Interruption
from connector.process.standard_streams import product_on_standard_output
from connector.runs.report import Report

STANDARD_OUTPUT = Path("-")
"""The value of `--out` for standard output."""


def write_coco(
    warehouse: str, schema: str | None, wanted: CocoWanted, out: Path, report: Report, interruption: Interruption
) -> CocoWritten:
    """Write a COCO file; it gets its name only when it is complete.

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
    if wanted.as_of is not None and wanted.branch is None:
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "The consensus of an earlier moment is not known: which objects are one is kept for the present only.",
            remedy="Leave out --consensus or --as-of.",
        )
    with open_for_reading(warehouse, schema, wanted.as_of) as session:
        if out == STANDARD_OUTPUT:
            with product_on_standard_output() as product:
                written = export_coco(session, wanted, product, None, report, interruption)
        else:
            try:
                with whole_file(out) as file:
                    written = export_coco(session, wanted, file, out.parent, report, interruption)
            except OSError as error:
                raise ConnectorError(
                    ErrorKind.CONFIGURATION,
                    f"{out} cannot be written: {error.strerror}.",
                    remedy="Check --out, its folder's rights and the room on its disk.",
                ) from error
    _tell(report, written, out)
    return written


def _tell(report: Report, written: CocoWritten, out: Path) -> None:
    for event, what, field, counts in (
        ("annotations_left_out", "Annotations that COCO has no form for", "left_out", written.left_out),
        (
            "objects_without_majority",
            "Objects on frames that no majority of the annotators drew",
            "no_majority",
            written.no_majority,
        ),
        ("data_units_waiting", "Data units without consensus and without votes", "waiting", written.waiting),
    ):
        if counts:
            listed = ", ".join(f"{reason} ({count:,})" for reason, count in sorted(counts.items()))
            report.event(event, f"{what} were left out: {listed}.", level="warning", **{field: dict(counts)})
    report.event(
        "coco_written",
        f"Wrote {written.annotations:,} annotations on {written.images:,} images to {out}.",
        images=written.images,
        annotations=written.annotations,
        out=str(out),
    )
