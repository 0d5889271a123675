"""Runs the syncs of a plan as tasks of Spark: each task is one `encord-sync`, and Spark only hands them out.

    encord-sync plan --config encord-sync.toml --all-projects --format json > plan.json
    spark-submit shards_as_tasks.py plan.json

Every executor needs encord-sync on its PATH, the key, and the configuration file. A task that Spark runs again is
harmless: it fetches only what is missing. If the first one still runs, it ends with exit code 8 and changes nothing.
"""

import json
import subprocess
import sys
from pathlib import Path

from pyspark.sql import SparkSession


def run(command: list[str]) -> int:
    """The exit code of one sync; what it prints is in the log of the executor."""
    return subprocess.run(["encord-sync", *command], check=False).returncode


if __name__ == "__main__":
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    commands = [command for project in plan["projects"] for command in project["commands"]]
    tasks = SparkSession.builder.getOrCreate().sparkContext.parallelize(commands, max(1, len(commands)))
    exit_codes = tasks.map(run).collect()
    failed = [(code, command) for code, command in zip(exit_codes, commands, strict=True) if code]
    for code, command in failed:
        print(f"exit code {code}: encord-sync {' '.join(command)}", file=sys.stderr)
    sys.exit(1 if failed else 0)
