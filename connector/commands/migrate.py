"""`encord-sync migrate`: brings an older warehouse up to this release."""

from pathlib import Path
from typing import Any

import click

from connector.commands.exit_codes import EXIT_CODES
from connector.commands.options import (
    OUTPUT_OPTIONS,
    WAIT_OPTIONS,
    WAREHOUSE_OPTIONS,
    report_for,
    settings_of,
    with_settings,
)
from connector.runs.printing import print_line


@click.command(epilog=EXIT_CODES, short_help="Bring an older warehouse up to this release.")
@with_settings(*WAREHOUSE_OPTIONS, *WAIT_OPTIONS, *OUTPUT_OPTIONS)
def migrate(config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click hands over what the options declare
    """Bring the tables and views of an existing warehouse up to this release. Rows stay.

    A warehouse that does not exist yet is created, empty. Running it again changes nothing. Matched objects of
    consensus are brought in step with this release's rules, and with thresholds that you edited (table
    consensus_threshold), as the next sync would.
    """
    from connector.load.locks.lock_holder import LockHolder
    from connector.process.interruption import Interruption
    from connector.runs.held_warehouse import holding_warehouse, matches_by_new_rules, opened_warehouse

    settings = settings_of(config, flags).model_copy(update={"migrate": True})
    holder = LockHolder.this_process("migrate")
    with holding_warehouse(settings, holder, report_for(settings), Interruption()) as (locks, patience):
        warehouse = opened_warehouse(settings, locks, patience)
        try:
            refreshed = matches_by_new_rules(warehouse, locks, patience)
        finally:
            warehouse.close()
    print_line(f"{settings.shown_warehouse} is at revision {warehouse.schema_version}.")
    if refreshed:
        print_line(f"Objects of consensus were matched again, projects: {refreshed}.")
