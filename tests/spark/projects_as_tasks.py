"""Syncs projects as tasks of a Spark cluster.

    spark-submit projects_as_tasks.py PROJECT PROJECT …

A task is one command; a task that fails is run again, on another executor if need be. What the command needs is in the
environment of the workers: the key, and the catalog's configuration.
"""

import subprocess
import sys

from pyspark.sql import SparkSession


def sync(project: str) -> int:
    # --wait: a command outlives an executor that is killed alone, and holds its project until it is done.
    return subprocess.run(["encord-sync", "sync", "--project", project, "--wait", "600"], check=True).returncode


if __name__ == "__main__":
    projects = sys.argv[1:]
    with SparkSession.builder.appName("encord-sync").getOrCreate() as spark:
        spark.sparkContext.parallelize(projects, len(projects)).map(sync).collect()
