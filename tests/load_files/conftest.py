"""The sample project synced once, exported once, and warehouses to load the files into."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connector.cli import application
from connector.sample import SampleProject, SampleServer
from tests.duckdb_files import connected
from tests.postgres.synced_engines import sync
from tests.sync.conftest import farm_world


@dataclass(frozen=True)
class Exported:
    """A synced warehouse and the files that `export json` made of it.

    Attributes:
        file: the DuckDB file.
        labels: all label rows of all branches.
        ontology: its ontology's structure.
        project: what the server held.
    """

    file: Path
    labels: Path
    ontology: Path
    project: SampleProject


def command(*arguments: object) -> Result:
    """Run the command; whatever it raises but an exit code is raised."""
    result = CliRunner().invoke(application, [*map(str, arguments), "--log-format", "json"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def events(result: Result, name: str) -> list[dict[str, Any]]:
    """What the command told under a name."""
    return [line for line in map(json.loads, result.output.splitlines()) if line["event"] == name]


def rows_of(file: Path, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of some tables, sorted."""
    with connected(file, read_only=True) as connection:
        return {table: connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall() for table in tables}


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    folder = tmp_path_factory.mktemp("exported")
    file, labels, ontology = folder / "farm.duckdb", folder / "labels.json", folder / "ontology.json"
    with SampleServer(farm_world()) as server:
        assert sync(server, f"duckdb:///{file}").outcome == "succeeded"
        project = server.world.projects[server.world.project_hash]
    written = command(
        "export", "json", "--branch", "all", "--warehouse", f"duckdb:///{file}", "--out", labels,
        "--ontology-out", ontology,
    )  # fmt: skip
    assert written.exit_code == 0, written.output
    return Exported(file, labels, ontology, project)


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("empty") / "labels.duckdb"
    assert command("migrate", "--warehouse", f"duckdb:///{file}").exit_code == 0
    return file


@pytest.fixture
def new_file(tmp_path: Path, empty_warehouse: Path) -> Path:
    """A warehouse with all tables and views, and no rows."""
    return Path(shutil.copyfile(empty_warehouse, tmp_path / "labels.duckdb"))


Load = Callable[..., Result]


@pytest.fixture
def load(exported: Exported, new_file: Path) -> Load:
    """Loads files into `new_file`, or into the warehouse that `warehouse` names."""

    def run(*arguments: object, warehouse: str | None = None) -> Result:
        url = warehouse or f"duckdb:///{new_file}"
        return command("load", *arguments, "--project", exported.project.project_hash, "--warehouse", url)

    return run


@pytest.fixture
def server() -> Iterator[SampleServer]:
    """The server that the exported warehouse was synced from, as it was then."""
    with SampleServer(farm_world()) as running:
        yield running
