"""The warehouses that the pages' queries are asked of, on both engines: as the demo leaves it, and two weeks later."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connector.demo.walk import work_on
from connector.sample import SampleServer, build_sample_world
from tests.docs.two_more_weeks import work_and_sync
from tests.postgres.synced_engines import sync
from tests.postgres_server import PostgresServer

STREAMS = ["task_actions", "time_spent", "project_users", "issues"]
"""The demo's, and the issues."""


@contextmanager
def new_urls(folder: Path, postgres_server: PostgresServer, template: str) -> Iterator[dict[str, str]]:
    """URLs of warehouses without rows, by engine."""
    database = postgres_server.create_database(template)
    yield {"duckdb": f"duckdb:///{folder / 'labels.duckdb'}", "postgresql": postgres_server.database_url(database)}
    postgres_server.drop_database(database)


@pytest.fixture(scope="package")
def demo_urls(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer, postgres_template: str
) -> Iterator[dict[str, str]]:
    """URL of the warehouse as the demo leaves it, by engine."""
    world = build_sample_world("small", seed=7)
    with (
        new_urls(tmp_path_factory.mktemp("demo"), postgres_server, postgres_template) as urls,
        SampleServer(world) as server,
    ):
        for url in urls.values():
            assert sync(server, url, settle_seconds=300, streams=STREAMS).outcome == "succeeded"
        list(work_on(world.projects[world.project_hash]))
        for url in urls.values():
            assert sync(server, url, settle_seconds=300, streams=STREAMS).outcome == "succeeded"
        yield urls


@pytest.fixture(scope="package")
def manager_urls(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer, postgres_template: str
) -> Iterator[dict[str, str]]:
    """URL of the warehouse of a project that a team works on for two weeks, by engine."""
    with (
        new_urls(tmp_path_factory.mktemp("manager"), postgres_server, postgres_template) as urls,
        SampleServer(build_sample_world("small", seed=7)) as server,
    ):
        work_and_sync(server, list(urls.values()), settle_seconds=300, streams=STREAMS)
        yield urls
