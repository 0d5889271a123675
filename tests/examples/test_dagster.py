"""The assets are made by Dagster's own runner from the sample server; a sync that fails fails its asset."""

import json
from pathlib import Path

import pytest

from tests.examples.starter import copied, program, run, succeeded
from tests.examples.test_unattended import ROWS, rows_in

pytestmark = [pytest.mark.examples, pytest.mark.timeout(600)]


def test_the_labels_are_synced_then_reported_and_a_failed_sync_is_a_failed_asset(config: Path, tmp_path: Path) -> None:
    folder = copied("dagster", tmp_path)
    variables = {"ENCORD_SYNC_CONFIG": str(config), "DAGSTER_DISABLE_TELEMETRY": "yes"}
    succeeded(program("dagster", "dagster"), "definitions", "validate", "-f", "encord_assets.py", folder=folder)
    python = program("dagster", "python")
    done = run(python, "-c", MATERIALIZED, folder=folder, **variables)
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["labels"] == {"projects": 1, "loaded": ROWS, "rows_written": told["labels"]["rows_written"]}
    assert told["checks"] == [True]
    assert rows_in(tmp_path / "published.duckdb") == ROWS
    assert (folder / "report.html").stat().st_size > 10_000

    config.write_text(config.read_text().replace("ssh_key_file", "no_such_option"))
    failed = run(python, "-c", MATERIALIZED, folder=folder, **variables)
    assert failed.returncode == 1
    assert "encord-sync sync ended with exit code 2" in failed.stderr


MATERIALIZED = """
import json
import dagster as dg
from encord_assets import labels, last_runs_succeeded, report

result = dg.materialize([labels, report, last_runs_succeeded])
[made] = result.asset_materializations_for_node("labels")
checks = [evaluation.passed for evaluation in result.get_asset_check_evaluations()]
assert len(result.asset_materializations_for_node("report")) == 1
print(json.dumps({"labels": {name: value.value for name, value in made.metadata.items()}, "checks": checks}))
"""
"""One run of all by Dagster's own runner, and what it tells."""
