"""The sample project both ways: synced on each engine, and as the SDK's label rows, initialised."""

from typing import NamedTuple

import sqlalchemy as sa
from encord import EncordUserClient
from encord.objects import LabelRowV2

from connector.sample import SampleServer
from tests.views.export_page import Row


class Exported(NamedTuple):
    """What was synced, by engine, and what the SDK says.

    Attributes:
        urls: of the warehouse, by engine; the default schema of each is set where it is asked.
        rows: every label row that somebody has opened, of all branches.
    """

    urls: dict[str, str]
    rows: list[LabelRowV2]

    def asked(self, query: str, engine: str = "duckdb") -> list[Row]:
        """The rows that a query answers, in its order."""
        reader = sa.create_engine(self.urls[engine], poolclass=sa.NullPool)
        with reader.connect() as connection:
            if engine == "postgresql":
                connection.exec_driver_sql("SET search_path = encord, encord_internal")
            return [tuple(row) for row in connection.exec_driver_sql(query)]


def initialised_rows(server: SampleServer) -> list[LabelRowV2]:
    """The label rows as the page's scripts have them, fetched in bundles."""
    client = EncordUserClient.create_with_ssh_private_key(server.world.private_key, domain=server.domain)
    project = client.get_project(server.world.project_hash)
    rows = [row for row in project.list_label_rows_v2(include_all_label_branches=True) if row.label_hash]
    with project.create_bundle() as bundle:
        for row in rows:
            row.initialise_labels(bundle=bundle)
    return rows
