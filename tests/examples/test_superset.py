"""The dashboard is imported into a Superset, on both engines, and each chart finds what the view has."""

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.examples.conftest import Sample
from tests.examples.starter import copied, program, succeeded

pytestmark = [pytest.mark.examples, pytest.mark.timeout(900)]

CHARTS = {
    "Awaits review": "SELECT count(*) FROM consensus_queue",
    "Class balance": "SELECT count(*) FROM (SELECT DISTINCT class_name, class_kind FROM class_balance) AS class",
    "Labels a day": "SELECT count(*) FROM (SELECT DISTINCT work_day, annotator FROM work_by_annotator_day) AS work",
}
"""How many rows each chart should have."""


def variables(home: Path) -> dict[str, str]:
    config = home / "superset_config.py"
    config.write_text(
        f'SECRET_KEY = "{"only for this test " * 3}"\nSQLALCHEMY_DATABASE_URI = "sqlite:///{home}/its.db"\n'
    )
    return {"SUPERSET_CONFIG_PATH": str(config), "SUPERSET_HOME": str(home)}


@pytest.fixture(scope="module")
def new_superset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a Superset that has an administrator, and nothing else yet."""
    home = tmp_path_factory.mktemp("superset")
    superset = program("superset", "superset")
    names = ("--firstname", "Test", "--lastname", "Test", "--email", "test@example.com")
    admin = ("--username", "admin", "--password", "admin", *names)
    for arguments in (("db", "upgrade"), ("fab", "create-admin", *admin), ("init",)):
        succeeded(superset, *arguments, folder=home, **variables(home))
    return home


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"])
def test_each_chart_of_the_dashboard_finds_its_rows(
    new_superset: Path, sample: Sample, tmp_path: Path, engine: str
) -> None:
    home = tmp_path / "home"
    shutil.copytree(new_superset, home)
    starter = copied("superset", tmp_path)
    database = starter / "dashboard" / "databases" / "encord.yaml"
    database.write_text(addressed(database.read_text(encoding="utf-8"), sample, engine), encoding="utf-8")
    succeeded(program("superset", "python"), "-m", "zipfile", "-c", "dashboard.zip", "dashboard", folder=starter)
    assert len(zipfile.ZipFile(starter / "dashboard.zip").namelist()) > 8
    imported = ("import-dashboards", "--path", "dashboard.zip", "--username", "admin")
    succeeded(program("superset", "superset"), *imported, folder=starter, **variables(home))
    told = succeeded(program("superset", "python"), "-c", ASK, folder=starter, **variables(home))
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    assert found["dashboards"] == {"Labelling": sorted(CHARTS)}
    for chart, query in CHARTS.items():
        [(rows,)] = sample.rows(engine, query)
        assert rows, chart
        assert found["charts"][chart] == [200, "success", rows], chart
    for dataset, columns in found["columns"].items():
        assert columns == sorted(column_names(sample, engine, dataset)), dataset


def addressed(text: str, sample: Sample, engine: str) -> str:
    """The database's file with the sample's address; for PostgreSQL with the lines of its head."""
    if engine == "duckdb":
        return text.replace("/srv/labels/labels.duckdb", str(sample.file))
    head, _, rest = text.partition("database_name:")
    [uri, *extra] = [line.removeprefix("#   ") for line in head.splitlines() if line.startswith("#   ")]
    assert uri.startswith("sqlalchemy_uri: postgresql+psycopg2://")
    url = sample.postgres.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
    before, _, after = rest.partition("extra:\n")
    [_, after] = after.split("\n", 1)
    kept = [line for line in before.splitlines() if not line.startswith("sqlalchemy_uri")]
    return "\n".join([f"database_name:{kept[0]}", *kept[1:], f"sqlalchemy_uri: {url}", *extra, after])


def column_names(sample: Sample, engine: str, view: str) -> list[str]:
    reader = sa.create_engine(sample.url(engine), poolclass=sa.NullPool)
    with reader.connect() as connection:
        schema = "encord." if engine == "postgresql" else ""
        return list(connection.exec_driver_sql(f"SELECT * FROM {schema}{view} LIMIT 0").keys())


ASK = """
import json
from superset.app import create_app

app = create_app()
with app.app_context():
    from superset import db
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice

    ids = {chart.slice_name: chart.id for chart in db.session.query(Slice)}
    dashboards = {it.dashboard_title: sorted(c.slice_name for c in it.slices) for it in db.session.query(Dashboard)}
    columns = {it.table_name: sorted(c.column_name for c in it.columns) for it in db.session.query(SqlaTable)}
client = app.test_client()
who = {"username": "admin", "password": "admin", "provider": "db"}
header = {"Authorization": "Bearer " + client.post("/api/v1/security/login", json=who).json["access_token"]}
charts = {}
for name, number in ids.items():
    answer = client.get(f"/api/v1/chart/{number}/data/", headers=header)
    result = answer.json.get("result", [{}])[0]
    charts[name] = [answer.status_code, result.get("status"), result.get("rowcount")]
print(json.dumps({"dashboards": dashboards, "charts": charts, "columns": columns}))
"""
"""What a reader of the dashboard asks of Superset, by its own API."""
