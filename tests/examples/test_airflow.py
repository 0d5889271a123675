"""The DAG is run by Airflow itself (`dag.test()`) from the sample server; a sync that fails stops the report."""

from pathlib import Path

import pytest

from tests.examples.starter import EXAMPLES, program, run, succeeded
from tests.examples.test_unattended import ROWS, rows_in

pytestmark = [pytest.mark.examples, pytest.mark.timeout(900)]


def test_the_dag_syncs_then_reports_and_a_failed_sync_stops_it(config: Path, tmp_path: Path) -> None:
    dags = tmp_path / "airflow" / "dags"
    dags.mkdir(parents=True)
    file = dags / "encord_dag.py"
    file.write_text((EXAMPLES / "airflow" / "encord_dag.py").read_text(encoding="utf-8"), encoding="utf-8")
    page = tmp_path / "report.html"
    variables = {
        "AIRFLOW_HOME": str(dags.parent),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "ENCORD_SYNC_CONFIG": str(config),
        "ENCORD_REPORT": str(page),
    }
    succeeded(program("airflow", "airflow"), "db", "migrate", folder=tmp_path, **variables)
    python = program("airflow", "python")
    succeeded(python, file, folder=tmp_path, **variables)
    assert rows_in(tmp_path / "published.duckdb") == ROWS
    assert page.stat().st_size > 10_000

    page.unlink()
    config.write_text(config.read_text().replace("ssh_key_file", "no_such_option"))
    failed = run(python, file, folder=tmp_path, **variables)
    assert failed.returncode == 1
    assert "encord-sync sync ended with exit code 2" in failed.stdout + failed.stderr
    assert not page.exists()
