"""A reader of PostgreSQL with the rights of docs/postgres.md alone, and with the one more that consensus takes."""

from pathlib import Path

import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.sample import SampleServer, build_sample_world
from tests.postgres.synced_engines import sync
from tests.postgres.test_roles import Roles, roles
from tests.postgres_server import PostgresServer
from tests.report.conftest import written_page
from tests.report.parsed_page import ParsedPage

__all__ = ["roles"]


def test_comparing_annotators_takes_the_right_to_make_temporary_tables(
    roles: Roles, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    with SampleServer(build_sample_world("small", seed=7)) as server:
        assert sync(server, roles.writer).outcome == "succeeded"
    with pytest.raises(ConnectorError, match="permission denied to create temporary tables") as caught:
        written_page(roles.reader, tmp_path)
    assert caught.value.kind is ErrorKind.WAREHOUSE
    assert list(tmp_path.iterdir()) == []
    reader = roles.reader.partition("//")[2].partition(":")[0]
    with postgres_server.connect(roles.database) as connection:
        connection.execute(f"GRANT TEMPORARY ON DATABASE {roles.database} TO {reader}".encode())
    assert ParsedPage(written_page(roles.reader, tmp_path)).tables["annotators"]
