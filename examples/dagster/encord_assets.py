"""Two assets, one after the other: the labels in the warehouse, and a report of them; and when they are made.

    dagster dev -f encord_assets.py

The command that runs is encord-sync's own, so Dagster's environment needs none of its packages.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import dagster as dg

CONFIG = os.environ.get("ENCORD_SYNC_CONFIG", "/etc/encord-sync.toml")
REPORT = os.environ.get("ENCORD_REPORT", "report.html")


PASSES_BY_ITSELF = {4, 8}
"""Exit codes worth another try: Encord cannot be reached, another run holds the warehouse (docs/schedule.md)."""


def encord_sync(*arguments: str) -> list[dict[str, Any]]:
    """What a command tells, an object a line; any exit code but 0 fails the step."""
    command = ["encord-sync", *arguments, "--config", CONFIG, "--log-format", "json"]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sentence = f"encord-sync {arguments[0]} ended with exit code {done.returncode}: {done.stdout[-1000:]}"
        raise dg.Failure(sentence, allow_retries=done.returncode in PASSES_BY_ITSELF)
    return [json.loads(line) for line in done.stdout.splitlines()]


@dg.asset(retry_policy=dg.RetryPolicy(max_retries=2, delay=120), kinds={"encord"})
def labels() -> dg.MaterializeResult:
    """Every label of the configured projects. A sync that is tried again fetches only what is missing."""
    projects = [event for event in encord_sync("sync") if event["event"] == "project_finished"]
    return dg.MaterializeResult(
        metadata={
            "projects": len(projects),
            "loaded": sum(project["loaded"] for project in projects),
            "rows_written": sum(project["rows_written"] for project in projects),
        }
    )


@dg.asset(deps=[labels])
def report() -> dg.MaterializeResult:
    """One HTML page about the project."""
    encord_sync("report", "--anonymous", "--out", REPORT)
    return dg.MaterializeResult(metadata={"page": dg.MetadataValue.path(str(Path(REPORT).resolve()))})


@dg.asset_check(asset=labels)
def last_runs_succeeded() -> dg.AssetCheckResult:
    """Whether the last run of each project of the warehouse succeeded, whoever started it."""
    done = subprocess.run(["encord-sync", "status", "--config", CONFIG], check=False, capture_output=True, text=True)
    return dg.AssetCheckResult(passed=done.returncode == 0, metadata={"status": done.stdout})


hourly = dg.ScheduleDefinition(name="hourly", target=dg.AssetSelection.all(), cron_schedule="17 * * * *")
definitions = dg.Definitions(assets=[labels, report], asset_checks=[last_runs_succeeded], schedules=[hourly])
