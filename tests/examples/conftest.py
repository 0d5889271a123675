"""The sample for the starters: a warehouse on both engines as the demo leaves it, and a server to sync from."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa

from connector.demo.walk import work_on
from connector.sample import SampleServer, build_sample_world
from tests.crash.scenes import gate_world
from tests.docs.conftest import STREAMS, new_urls
from tests.examples.starter import succeeded
from tests.postgres.synced_engines import sync
from tests.postgres_server import PostgresServer

MARK = "training-1"
"""The name of the moment between the sample's two syncs."""


class Sample(NamedTuple):
    """The warehouses of the sample: a DuckDB file, a PostgreSQL database."""

    file: Path
    postgres: sa.URL

    def url(self, engine: str) -> str:
        """The warehouse URL of an engine."""
        return f"duckdb:///{self.file}" if engine == "duckdb" else self.postgres.render_as_string(hide_password=False)

    def of_postgres(self) -> dict[str, str]:
        """The variables by which libpq's clients find the database."""
        url = self.postgres
        return {
            "PGHOST": str(url.host),
            "PGPORT": str(url.port),
            "PGUSER": str(url.username),
            "PGPASSWORD": str(url.password),
            "PGDATABASE": str(url.database),
        }

    def rows(self, engine: str, query: str) -> list[tuple[object, ...]]:
        """What a query of the warehouse finds."""
        reader = sa.create_engine(self.url(engine), poolclass=sa.NullPool)
        with reader.connect() as connection:
            if engine == "postgresql":
                connection.exec_driver_sql("SET search_path = encord")
            return [tuple(row) for row in connection.exec_driver_sql(query)]


@pytest.fixture(scope="package")
def sample(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer, postgres_template: str
) -> Iterator[Sample]:
    """Both after two syncs, with edits and a mark between them."""
    folder = tmp_path_factory.mktemp("sample")
    world = build_sample_world("small", seed=7)
    with new_urls(folder, postgres_server, postgres_template) as urls, SampleServer(world) as server:
        for url in urls.values():
            assert sync(server, url, settle_seconds=300, streams=STREAMS).outcome == "succeeded"
            succeeded("encord-sync", "mark", MARK, "--warehouse", url, folder=folder)
        list(work_on(world.projects[world.project_hash]))
        for url in urls.values():
            assert sync(server, url, settle_seconds=300, streams=STREAMS).outcome == "succeeded"
        yield Sample(folder / "labels.duckdb", sa.make_url(urls["postgresql"]))


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    """A configuration file as /etc/encord-sync.toml is: a project of a few images, its key, and a DuckDB file."""
    world = gate_world()
    with SampleServer(world) as server:
        key = tmp_path / "key"
        key.write_text(world.private_key, encoding="utf-8")
        key.chmod(0o600)
        settings = {
            "ssh_key_file": str(key),
            "domain": server.domain,
            "project": [world.project_hash],
            "warehouse": f"duckdb:///{tmp_path / 'labels.duckdb'}",
            "publish": str(tmp_path / "published.duckdb"),
            "retry_attempts": 1,
        }
        path = tmp_path / "encord-sync.toml"
        path.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items()))
        yield path
