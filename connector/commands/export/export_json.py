"""`encord-sync export json`: label rows as the export page's first script writes them, from the warehouse alone."""

from pathlib import Path
from typing import Any

import click

from connector.commands.exit_codes import EXIT_CODES
from connector.commands.options import (
    OUTPUT_OPTIONS,
    WAREHOUSE_OPTIONS,
    as_of_option,
    report_for,
    settings_of,
    with_settings,
)
from connector.errors import ExitCode


@click.command("json", epilog=EXIT_CODES, short_help="Write label rows as Encord's own JSON.")
@click.option("--project", metavar="HASH", help="The project; needed where the warehouse holds several.")
@click.option("--branch", default="main", show_default=True, metavar="NAME", help="Branch of the labels; all for all.")
@click.option("--title", metavar="TEXT", help="Only data units of this title.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("label_rows.json"),
    show_default=True,
    help="File to write, compressed if it ends in .gz; - for standard output.",
)
@click.option("--lines", is_flag=True, help="One JSON object a line (JSON Lines) instead of one list.")
@click.option(
    "--ontology-out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write the ontology's structure, for load --ontology.",
)
@as_of_option
@with_settings(*WAREHOUSE_OPTIONS, *OUTPUT_OPTIONS)
def export_json(
    config: Path | None,
    project: str | None,
    branch: str,
    title: str | None,
    out: Path,
    lines: bool,
    ontology_out: Path | None,
    as_of: str | None,
    **flags: Any,  # noqa: ANN401 - click hands over what the options declare
) -> None:
    """Write label rows as `to_encord_dict()` of Encord's SDK does, from the warehouse alone.

    The file is what the first script of Encord's "Export Labels" page writes: a JSON list with one object a label row.
    `from_labels_dict` of the SDK reads each as it reads the original. Encord is not asked, nobody's task is opened; a
    label row that nobody has opened yet is left out (the script would create it). It is written row by row, so a
    project may be of any size. The file appears when it is complete.

    \b
    Examples:
      encord-sync export json --warehouse duckdb:///labels.duckdb
      encord-sync export json --out labels.json.gz --ontology-out ontology.json
      encord-sync export json --branch all --lines --out - | jq .label_hash
    """
    from connector.export.label_rows.json_file import STANDARD_OUTPUT, write_json_file, write_ontology_file
    from connector.export.label_rows.stored import StoredLabelRows, only_project
    from connector.load.questions.held_rows import HeldRows
    from connector.load.questions.reading import open_for_reading
    from connector.process.interruption import interruption_on_signals

    settings = settings_of(config, flags)
    report = report_for(settings, is_output_taken=out == STANDARD_OUTPUT)
    try:
        with (
            interruption_on_signals() as interruption,
            open_for_reading(settings.warehouse, settings.db_schema, as_of, has_views=False) as session,
        ):
            held = HeldRows(session)
            rows = StoredLabelRows(held, project or only_project(held), branch, title)
            if ontology_out is not None:
                write_ontology_file(rows.structure, ontology_out)
            written = write_json_file(rows, out, report, interruption, as_lines=lines)
    finally:
        report.close()
    left_out = {
        "not opened yet": rows.unopened,
        "not synced yet": rows.unsynced,
        "could not be written": len(written.failed),
    }
    parts = "; ".join(f"{what}: {count:,}" for what, count in left_out.items() if count)
    report.event(
        "labels_exported",
        f"{rows.title}: {written.label_rows:,} label rows with {written.annotations:,} annotations (objects on frames)"
        f" in {'standard output' if out == STANDARD_OUTPUT else out}." + (f" Left out: {parts}." if parts else ""),
        level="warning" if rows.unsynced or written.failed else "info",
        label_rows=written.label_rows,
        annotations=written.annotations,
        unopened=rows.unopened,
        unsynced=rows.unsynced,
        failed=len(written.failed),
        out=str(out),
    )
    raise SystemExit(ExitCode.PARTIAL if written.failed else ExitCode.OK)
