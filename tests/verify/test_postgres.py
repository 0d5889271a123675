"""The same on PostgreSQL: an untouched warehouse is equal, and what is changed by hand is named."""

from collections.abc import Iterator

import psycopg
import pytest

from connector.config import load_settings
from connector.errors import ConnectorError, ErrorKind
from connector.process.interruption import Interruption
from connector.runs.run_record import Run
from connector.sample import Fault, Hook, SampleServer
from connector.sync.run import run_sync
from connector.verify.verified_project import Sample
from tests.postgres.synced_engines import sync
from tests.source.world import image_world
from tests.sync.synced_warehouse import HeardReport
from tests.verify.verified_warehouse import VerifiedWarehouse, verified

ONE = "(SELECT ctid FROM {table} WHERE {where} LIMIT 1)"


@pytest.fixture
def database(postgres_url: str, unedited_farm: VerifiedWarehouse) -> Iterator["psycopg.Connection"]:
    """A connection to a warehouse that the sample farm was synced into."""
    server = unedited_farm.server
    options = {
        "domain": server.domain,
        "ssh_key": server.world.private_key,
        "project": [server.world.project_hash],
        "warehouse": postgres_url,
    }
    settings = load_settings(options, environment={})
    assert run_sync(settings, HeardReport(), Interruption()).outcome == "succeeded"
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SET search_path = encord, encord_internal")
        yield connection


def change(database: "psycopg.Connection", table: str, action: str, where: str = "true") -> None:
    one = ONE.format(table=table, where=where)
    assert database.execute(f"{action.format(table=table)} WHERE ctid = {one}").rowcount == 1


def test_on_postgresql_an_untouched_warehouse_is_equal_and_a_forged_one_is_named(
    database: "psycopg.Connection", postgres_url: str, unedited_farm: VerifiedWarehouse
) -> None:
    server: SampleServer = unedited_farm.server
    projects = [server.world.project_hash]
    equal = verified(server, postgres_url, project=projects, settle_seconds=300)
    assert (equal.exit_code, equal.texts(), equal.waiting) == (0, [], [])
    assert equal.project["compared"] == 30

    change(database, "object_annotation", "UPDATE {table} SET x = x + 0.000001", "x IS NOT NULL")
    change(database, "attribute_answer", "UPDATE {table} SET answer_text = 'forged'", "answer_text IS NOT NULL")
    change(database, "classification_range", "DELETE FROM {table}")
    change(database, "label_row", "UPDATE {table} SET priority = 0.77", "label_hash IS NOT NULL")
    change(database, "frame_number", "UPDATE {table} SET frame = -3", "frame = 17")
    change(database, "data_unit", "UPDATE {table} SET duration_seconds = 7", "duration_seconds IS NOT NULL")
    database.execute("INSERT INTO object_instance (label_hash, object_hash, feature_hash) VALUES ('nobody', 'a', 'b')")
    verdict = verified(server, postgres_url, project=projects, settle_seconds=300)
    assert verdict.exit_code == 7
    assert verdict.differences == [
        ("changed", "attribute_answer", "answer_text"),
        ("changed", "data_unit", "duration_seconds"),
        ("changed", "label_row", "priority"),
        ("changed", "object_annotation", "x"),
        ("missing", "classification_range", None),
        ("missing", "frame_number", None),
        ("surplus", "frame_number", None),
        ("surplus", "object_instance", None),
    ]
    sample = verified(server, postgres_url, Sample(2, seed=1), project=projects)
    assert sample.project["compared"] == 2


def test_a_verification_and_a_sync_of_one_project_wait_for_each_other(postgres_url: str) -> None:
    """Otherwise what the sync writes meanwhile would be told as differences."""
    with SampleServer(image_world(rows=4)) as server:
        projects = [server.world.project_hash]
        assert sync(server, postgres_url).outcome == "succeeded"
        met: list[Run] = []

        server.faults.add(Fault(Hook(lambda: met.append(sync(server, postgres_url, full=True))), kind="label_rows"))
        verdict = verified(server, postgres_url, project=projects)
        assert [(run.exit_code, run.receipts[0].loaded) for run in met] == [(8, 0)]
        assert "is held by encord-sync verify of " in str(met[0].message)
        assert verdict.texts() == []

        def verify() -> None:
            with pytest.raises(ConnectorError, match="is held by encord-sync sync of ") as caught:
                verified(server, postgres_url, project=projects)
            assert caught.value.kind is ErrorKind.LOCKED

        server.faults.add(Fault(Hook(verify), kind="label_rows"))
        assert sync(server, postgres_url, full=True).outcome == "succeeded"
        assert verified(server, postgres_url, project=projects, wait=5).exit_code == 0
