"""The dbt package builds on both engines, its tests can fail, and the marts say what the views say."""

import shutil
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.duckdb_files import connected
from tests.examples.conftest import Sample
from tests.examples.starter import copied, program, run

pytestmark = [pytest.mark.examples, pytest.mark.timeout(900)]

MARTS = {
    "class_share": "SELECT feature_hash, class_name, n_instances, is_unused FROM {} ORDER BY feature_hash",
    "daily_throughput": "SELECT work_day, n_people, n_labels, n_submissions, n_reviews FROM {} ORDER BY work_day",
    "data_unit_quality": "SELECT data_hash, n_rejections, n_changes, consensus_state FROM {} ORDER BY data_hash",
}


def dbt(folder: Path, sample: Sample, *arguments: str, labels: Path | None = None) -> subprocess.CompletedProcess[str]:
    return run(
        program("dbt", "dbt"),
        *arguments,
        "--profiles-dir",
        ".",
        folder=folder,
        ENCORD_LABELS=str(labels or sample.file),
        ENCORD_MARTS=str(folder / "marts.duckdb"),
        **sample.of_postgres(),
    )


def built(folder: Path, sample: Sample, target: str) -> None:
    done = dbt(folder, sample, "build", "--target", target)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "WARN=0 ERROR=0 SKIP=0" in done.stdout


def test_it_builds_on_duckdb_and_on_postgresql_and_the_marts_are_alike(sample: Sample, tmp_path: Path) -> None:
    folder = copied("dbt", tmp_path)
    built(folder, sample, "duckdb")
    built(folder, sample, "postgres")
    with connected(folder / "marts.duckdb", read_only=True) as connection:
        in_duckdb = {name: connection.execute(query.format(name)).fetchall() for name, query in MARTS.items()}
        comments = dict(connection.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall())
    reader = sa.create_engine(sample.postgres, poolclass=sa.NullPool)
    with reader.connect() as postgres:
        for name, query in MARTS.items():
            rows = postgres.exec_driver_sql(query.format(f"encord_marts.{name}")).fetchall()
            assert [tuple(row) for row in rows] == in_duckdb[name], name
            assert comments[name].startswith("One row per"), name
    [(labels,)] = sample.rows("duckdb", "SELECT sum(n_labels) FROM work_by_annotator_day")
    assert sum(row[2] for row in in_duckdb["daily_throughput"]) == labels
    assert sum(row[2] for row in in_duckdb["data_unit_quality"]) > 0


def test_a_sync_that_is_days_old_is_told(sample: Sample, tmp_path: Path) -> None:
    folder = copied("dbt", tmp_path)
    fresh = dbt(folder, sample, "source", "freshness")
    assert fresh.returncode == 0, fresh.stdout
    old = tmp_path / "old.duckdb"
    shutil.copy(sample.file, old)
    with connected(old) as connection:
        connection.execute("UPDATE sync_run_project SET ended_at = ended_at - INTERVAL '4 days'")
    stale = dbt(folder, sample, "source", "freshness", labels=old)
    assert stale.returncode == 1
    assert "ERROR STALE freshness of encord.sync_run_project" in stale.stdout


def test_a_key_that_is_there_twice_fails_its_test(sample: Sample, tmp_path: Path) -> None:
    folder = copied("dbt", tmp_path)
    doubled = tmp_path / "doubled.duckdb"
    shutil.copy(sample.file, doubled)
    with connected(doubled) as connection:
        connection.execute("INSERT INTO ontology_class FROM ontology_class")
    done = dbt(folder, sample, "test", "--select", "key_of_class_balance", labels=doubled)
    assert done.returncode == 1
    assert "FAIL" in done.stdout


def test_another_project_reads_it_as_a_package(sample: Sample, tmp_path: Path) -> None:
    package = copied("dbt", tmp_path)
    folder = tmp_path / "ours"
    (folder / "models").mkdir(parents=True)
    shutil.copy(package / "profiles.yml", folder)
    (folder / "dbt_project.yml").write_text("name: ours\nprofile: encord\n")
    (folder / "packages.yml").write_text(f"packages: [{{ local: {package} }}]\n")
    (folder / "models" / "cow.sql").write_text(
        "{{ config(materialized='table') }} SELECT * FROM {{ ref('class_share') }} WHERE class_name = 'Cow'"
        " AND project_hash IN (SELECT project_hash FROM {{ source('encord', 'current_label_row') }})"
    )
    assert dbt(folder, sample, "deps").returncode == 0
    done = dbt(folder, sample, "build", "--select", "+cow", "--exclude", "source:*")
    assert done.returncode == 0, done.stdout
    with connected(folder / "marts.duckdb", read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM cow").fetchall() == [(1,)]
