"""A standalone Spark cluster whose tasks are encord-sync's commands; one of its machines dies on the way."""

import threading
from pathlib import Path

import duckdb
import pytest

from connector.sample import Fault, SampleServer, build_sample_world, slow_drip
from connector.sample.server.fault_actions import Hook
from tests.lake.command import run_command
from tests.postgres_server import PostgresServer
from tests.spark.cluster import kill_tree, running_cluster
from tests.spark.golden_texts import NAMES
from tests.spark.spark_places import CATALOG, environment, missing
from tests.sync.fresh_comparison import differences

pytestmark = [pytest.mark.spark, pytest.mark.timeout(1200)]

LAKE = f"iceberg://{CATALOG}/{NAMES.namespace}"
SEEDS = (7, 8, 9)
ROWS = 25
"""Label rows of a shard: each project has two."""


def test_an_executor_that_dies_loses_and_doubles_nothing(postgres_server: PostgresServer, tmp_path: Path) -> None:
    if sentence := missing():
        pytest.fail(sentence, pytrace=False)
    world, *others = (build_sample_world("small", seed=seed) for seed in SEEDS)
    for other in others:
        world.projects.update(other.projects)
    key = tmp_path / "key"
    key.touch(mode=0o600)
    key.write_text(world.private_key)
    database = postgres_server.url.set(database=postgres_server.create_database("template0"))
    with SampleServer(world) as server:
        variables = {
            **environment(database, tmp_path / "lake"),
            "ENCORD_SYNC_SSH_KEY_FILE": str(key),
            "ENCORD_SYNC_DOMAIN": server.domain,
            "ENCORD_SYNC_WAREHOUSE": LAKE,
        }
        labels_are_read = threading.Event()
        server.faults.add(Fault(Hook(labels_are_read.set), kind="label_rows"))
        server.faults.add(Fault(slow_drip(5), kind="label_rows", times=6))
        options = [f"--project={project}" for project in world.projects]
        planned = run_command(
            "plan", *options, "--format=json", f"--label-rows-per-shard={ROWS}", folder=tmp_path, **variables
        )
        assert planned.exit_code == 0, planned.err
        assert planned.out.count("--shard") >= 2 * len(SEEDS)
        plan = tmp_path / "plan.json"
        plan.write_text(planned.out)
        with running_cluster(tmp_path, variables) as cluster:
            job = cluster.submitted(plan)
            assert labels_are_read.wait(300), (tmp_path / "master.Master-0.log").read_text()[-2000:]
            executor = cluster.busy_executor("encord-sync sync")
            assert executor is not None
            assert len(kill_tree(executor)) >= 3, "the executor, Python, and the command"
            printed, _ = job.communicate(timeout=900)
            assert job.returncode == 0, printed[-4000:]
            assert "ExecutorLostFailure" in printed
        server.faults.clear()
        shown = tmp_path / "shown.duckdb"
        script = run_command("lake", "views", "--warehouse", LAKE, folder=tmp_path, **variables)
        assert script.exit_code == 0, script.err
        with duckdb.connect(str(shown)) as connection:
            connection.execute(script.out)
            projects = connection.execute("SELECT count(*) FROM project").fetchall()
        assert projects == [(len(SEEDS),)]
        fresh = tmp_path / "fresh.duckdb"
        done = run_command(
            "sync", *options, folder=tmp_path, **{**variables, "ENCORD_SYNC_WAREHOUSE": f"duckdb:///{fresh}"}
        )
        assert done.exit_code == 0, done.err
        assert differences(shown, fresh) == []
