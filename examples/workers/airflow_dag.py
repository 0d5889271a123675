"""Plans once an hour, and runs each sync of the plan as a mapped task, which Airflow shows and repeats by itself.

The workers need encord-sync, its key and its configuration file. A sync that is repeated fetches only what is missing.
"""

import datetime
import json
import subprocess

from airflow.decorators import dag, task

CONFIG = "/etc/encord-sync.toml"
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@task
def plan() -> list[list[str]]:
    """The arguments of one sync for each worker."""
    arguments = ["encord-sync", "plan", "--config", CONFIG, "--all-projects", "--format", "json"]
    document = json.loads(subprocess.run(arguments, check=True, stdout=subprocess.PIPE).stdout)
    return [command for project in document["projects"] for command in project["commands"]]


@task(retries=2, retry_delay=datetime.timedelta(minutes=2), max_active_tis_per_dagrun=8)
def sync(command: list[str]) -> None:
    """One sync; any exit code but 0 fails the task."""
    subprocess.run(["encord-sync", *command], check=True)


@dag(schedule="@hourly", start_date=START, catchup=False, max_active_runs=1)
def encord_sync() -> None:
    """A sync of each project, or of each shard of a large one."""
    sync.expand(command=plan())


encord_sync()
