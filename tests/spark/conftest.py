"""A lake on a catalog that Spark shares, and a DuckDB file that was synced from the same source."""

from collections.abc import Iterator

import pytest

from connector.sample import SampleServer, build_sample_world
from tests.postgres_server import PostgresServer
from tests.spark.shared_lake import SharedLake
from tests.spark.spark_places import missing


@pytest.fixture(scope="session")
def shared_lake(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedLake]:
    """Both after a first sync, edits of many kinds, and a sync of them; Spark has run the script."""
    if sentence := missing():
        pytest.fail(sentence, pytrace=False)
    database = postgres_server.url.set(database=postgres_server.create_database("template0"))
    with SampleServer(build_sample_world("small", seed=7)) as server:
        lake = SharedLake(server, database, tmp_path_factory.mktemp("shared_lake"))
        lake.fill()
        yield lake
        lake.stop()
