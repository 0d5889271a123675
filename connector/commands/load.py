"""`encord-sync load`: reads label rows from JSON files into the same tables, without the API."""

from pathlib import Path
from typing import Any

import click

from connector.commands.exit_codes import EXIT_CODES
from connector.commands.options import (
    OUTPUT_OPTIONS,
    PEOPLE_OPTIONS,
    WAIT_OPTIONS,
    WAREHOUSE_OPTIONS,
    report_for,
    settings_of,
    with_settings,
)


@click.command(epilog=EXIT_CODES, short_help="Load label rows from JSON files, without the API.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--project", required=True, metavar="HASH", help="The project that the label rows are of.")
@click.option("--title", metavar="TEXT", help="The project's title, where no sync has brought it.")
@click.option(
    "--ontology",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The ontology's structure as JSON; without it, it is put together from the labels.",
)
@with_settings(*WAREHOUSE_OPTIONS, "migrate", "max_unpacked_bytes", *PEOPLE_OPTIONS, *WAIT_OPTIONS, *OUTPUT_OPTIONS)
def load(
    config: Path | None,
    files: tuple[Path, ...],
    project: str,
    title: str | None,
    ontology: Path | None,
    **flags: Any,  # noqa: ANN401 - click hands over what the options declare
) -> None:
    """Load label rows from JSON FILES into the same tables and views, without the API.

    Reads what `to_encord_dict()` of Encord's SDK wrote: a JSON list of label rows (as the first script of the "Export
    Labels" page and `export json` write it), one label row, or one per line; also compressed with gzip, and the files
    that Encord's app exports, as far as they have the same form. The format does not name the project: --project does.

    A label row replaces an older one. Newer labels in the warehouse stay, and so do labels of the same second that a
    sync brought. A later sync of the project takes over: it brings what files do not know.

    \b
    Examples:
      encord-sync load label_rows.json --project 0a1b…
      encord-sync load exports/*.json.gz --project 0a1b… --title "Dairy herd" \\
        --ontology ontology.json
    """
    from connector.label_files.load_run import run_load
    from connector.process.interruption import interruption_on_signals

    settings = settings_of(config, flags)
    report = report_for(settings)
    try:
        with interruption_on_signals() as interruption:
            run = run_load(settings, files, project, title, ontology, report, interruption)
    finally:
        report.close()
    raise SystemExit(run.exit_code)
