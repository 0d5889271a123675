"""The warehouse as the demo leaves it, on both engines: what the pages' queries are asked of."""

from collections.abc import Iterator

import pytest

from connector.demo.walk import work_on
from connector.sample import SampleServer, build_sample_world
from tests.postgres.synced_engines import sync
from tests.postgres_server import PostgresServer

STREAMS = ["task_actions", "time_spent", "project_users", "issues"]
"""The demo's, and the issues."""


@pytest.fixture(scope="package")
def demo_urls(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer, postgres_template: str
) -> Iterator[dict[str, str]]:
    """URL of the warehouse, by engine."""
    database = postgres_server.create_database(postgres_template)
    urls = {
        "duckdb": f"duckdb:///{tmp_path_factory.mktemp('demo') / 'labels.duckdb'}",
        "postgresql": postgres_server.database_url(database),
    }
    world = build_sample_world("small", seed=7)
    with SampleServer(world) as server:
        for url in urls.values():
            assert sync(server, url, settle_seconds=300, streams=STREAMS).outcome == "succeeded"
        list(work_on(world.projects[world.project_hash]))
        for url in urls.values():
            assert sync(server, url, settle_seconds=300, streams=STREAMS).outcome == "succeeded"
    yield urls
    postgres_server.drop_database(database)
