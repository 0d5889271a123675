"""`encord-sync verify`: compares the warehouse with what Encord holds, and names every difference."""

from pathlib import Path
from typing import Any

import click

from connector.commands.exit_codes import exit_codes_with
from connector.commands.options import (
    FETCH_OPTIONS,
    KEY_OPTIONS,
    OUTPUT_OPTIONS,
    PEOPLE_OPTIONS,
    PROJECT_OPTIONS,
    WAIT_OPTIONS,
    WAREHOUSE_OPTIONS,
    report_for,
    settings_of,
    with_settings,
)


@click.command(
    epilog=exit_codes_with(7, "the warehouse differs from Encord, or something could not be compared"),
    short_help="Compare the warehouse with what Encord holds.",
)
@click.option(
    "--sample", type=click.IntRange(min=1), metavar="N", help="Compare the labels of N label rows per project."
)
@click.option("--all", "is_all", is_flag=True, help="Compare the labels of every label row; the default.")
@click.option("--seed", type=int, metavar="N", help="With --sample: the same seed chooses the same label rows again.")
@with_settings(
    *(*KEY_OPTIONS, *PROJECT_OPTIONS, *WAREHOUSE_OPTIONS, *PEOPLE_OPTIONS),
    *(*FETCH_OPTIONS, *WAIT_OPTIONS, *OUTPUT_OPTIONS),
)
def verify(
    config: Path | None,
    sample: int | None,
    is_all: bool,
    seed: int | None,
    **flags: Any,  # noqa: ANN401 - click hands over what the options declare
) -> None:
    """Compare the warehouse with what Encord holds now, and name every difference. Writes to neither.

    Lists each project again and compares what the listing, the project and its ontology say. Fetches the labels again,
    makes their rows in memory, and compares them with the warehouse, table by table: a row too many, a row too few, a
    single number that is another one. Also finds rows that belong to no label row.

    A label row that was edited in Encord since the last sync is reported as "not synced yet", not as a difference.
    Other facts of the listing (stage, priority, title, …) have no time stamp in Encord, so run it after a sync. It
    downloads as much as a first sync; on a big project compare a sample, another one each time.

    Of a warehouse with pseudonyms it compares pseudonyms: give --pseudonymise-emails and the same key.

    The warehouse is opened read-only and must not be synced meanwhile (a DuckDB file cannot be). Text is not printed,
    only how long it is, because it may be a label's; --verbose prints it. With --log-format json there is one line a
    difference: kind (changed, missing, surplus, doubled), table, label_hash, key, column, encord, warehouse.

    \b
    Examples:
      encord-sync verify --config /etc/encord-sync.toml --sample 200
      encord-sync verify --ssh-key-file ~/.ssh/encord --project 0a1b… --verbose
    """
    from connector.process.interruption import interruption_on_signals
    from connector.verify.verification import run_verify, sample_of

    settings = settings_of(config, flags)
    chosen = sample_of(sample, seed, is_all=is_all)
    report = report_for(settings)
    try:
        with interruption_on_signals() as interruption:
            exit_code = run_verify(settings, chosen, report, interruption)
    finally:
        report.close()
    raise SystemExit(exit_code)
