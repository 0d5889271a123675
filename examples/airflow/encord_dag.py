"""A sync each hour and, after it, a report. For many projects or shards at once: examples/workers/airflow_dag.py.

    cp encord_dag.py $AIRFLOW_HOME/dags
    python $AIRFLOW_HOME/dags/encord_dag.py    # one run here and now, without a scheduler

The workers need encord-sync on their PATH (in an environment of its own), its key and its configuration file.
"""

import datetime
import os
import subprocess
import sys

from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

CONFIG = os.environ.get("ENCORD_SYNC_CONFIG", "/etc/encord-sync.toml")
REPORT = os.environ.get("ENCORD_REPORT", "report.html")
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
PASSES_BY_ITSELF = {4, 8}
"""Exit codes worth another try: Encord cannot be reached, another run holds the warehouse (docs/schedule.md)."""


def encord_sync(*arguments: str) -> None:
    """One command; any exit code but 0 fails the task, and only some let it be tried again."""
    code = subprocess.run(["encord-sync", *arguments, "--config", CONFIG], check=False).returncode
    if code:
        sentence = f"encord-sync {arguments[0]} ended with exit code {code}"
        raise AirflowException(sentence) if code in PASSES_BY_ITSELF else AirflowFailException(sentence)


@task(retries=2, retry_delay=datetime.timedelta(minutes=2))
def sync() -> None:
    """Every label of the configured projects; a sync that is tried again fetches only what is missing."""
    encord_sync("sync")


@task
def report() -> None:
    """One HTML page about the project."""
    encord_sync("report", "--anonymous", "--out", REPORT)


@dag(schedule="17 * * * *", start_date=START, catchup=False, max_active_runs=1)
def encord_labels() -> None:
    """The labels, then the report."""
    sync() >> report()


made = encord_labels()

if __name__ == "__main__":
    sys.exit(made.test().state != "success")
