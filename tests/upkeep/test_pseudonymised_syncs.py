"""With --pseudonymise-emails no table, view or event holds an address; all else is as without it, and incremental."""

import datetime
from typing import Any

import pytest

from connector.config import load_settings
from connector.errors import ConnectorError, ErrorKind, ExitCode
from connector.load.questions.reading import open_for_reading
from connector.process.interruption import Interruption
from connector.sample import SampleServer
from connector.verify.verification import run_verify
from tests.crash.crashed_warehouse import CrashedWarehouse
from tests.crash.lake_engine import LakeEngine
from tests.crash.scenes import gate_world
from tests.sync.conftest import farm_world
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING, HeardReport, SyncedWarehouse
from tests.upkeep.known_people import (
    KEY,
    PEOPLE,
    PERSON_COLUMNS,
    PSEUDONYMS,
    pseudonym,
    rows_as_hidden,
    rows_of,
    with_address,
)

ANOTHER_KEY = {**PSEUDONYMS, "pseudonym_key": KEY[::-1]}


def stored_people(warehouse: CrashedWarehouse) -> set[str]:
    with warehouse.looked_into():
        return {
            value
            for table, column in PERSON_COLUMNS
            for (value,) in warehouse.rows(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL")
        }


def test_no_table_or_view_holds_an_address(clear: CrashedWarehouse, hidden: CrashedWarehouse) -> None:
    assert stored_people(clear) == set(PEOPLE)
    assert {table for table, _ in PERSON_COLUMNS} <= with_address(clear.url).keys()
    # The views are the same on all engines, and quickest to read in a file.
    assert with_address(hidden.url, in_views=hidden.engine.name == "duckdb") == {}
    assert stored_people(hidden) == {pseudonym(address) for address in PEOPLE}


def test_all_else_is_as_without(clear: CrashedWarehouse, hidden: CrashedWarehouse) -> None:
    expected, found = rows_as_hidden(clear.url), rows_of(hidden.url)
    assert [name for name in expected if expected[name] != found[name]] == []


def test_the_key_is_nowhere(hidden: CrashedWarehouse) -> None:
    with open_for_reading(hidden.url, has_views=False) as session:
        stored = repr(session.rows("SELECT * FROM project")) + repr(session.rows("SELECT * FROM sync_run"))
    assert KEY not in stored
    assert "key of the tests" not in stored


def test_the_next_sync_fetches_and_writes_nothing(hidden: CrashedWarehouse) -> None:
    warehouse = hidden.copy()
    before = rows_of(warehouse.url)
    versions = _versions(warehouse)
    outcome = warehouse.sync(task_actions=True, **PSEUDONYMS)
    assert outcome.requests == ALL_REQUESTS_OF_A_LISTING
    assert outcome.receipt.rows_written == 0
    after = rows_of(warehouse.url)
    assert [name for name in before if before[name] != after[name]] == ["sync_run", "sync_run_project"]
    assert _versions(warehouse) == versions


def _versions(warehouse: CrashedWarehouse) -> list[object]:
    """On PostgreSQL, which transaction wrote each row of the tables with people last."""
    if warehouse.engine.name != "postgresql":
        return []
    tables = sorted({table for table, _ in PERSON_COLUMNS})
    return [warehouse.rows(f"SELECT xmin::text, count(*) FROM {table} GROUP BY 1 ORDER BY 1") for table in tables]


@pytest.mark.parametrize("options", [{}, ANOTHER_KEY], ids=["without pseudonyms", "with another key"])
def test_a_run_that_would_mix_is_refused(hidden: CrashedWarehouse, options: dict[str, Any]) -> None:
    warehouse = hidden.copy()
    refused(warehouse, "key", task_actions=True, full=True, **options)
    assert ErrorKind.CONFIGURATION.exit_code == ExitCode.CONFIGURATION


def test_switching_on_replaces_what_was_stored(clear: CrashedWarehouse, hidden: CrashedWarehouse) -> None:
    warehouse = clear.copy()
    outcome = warehouse.sync(task_actions=True, **PSEUDONYMS)
    assert outcome.run.outcome == "succeeded", outcome.run.message
    assert outcome.fetched == []
    (told,) = outcome.events_named("people_pseudonymised")
    assert told.fields["replaced"] > 1000
    assert with_address(warehouse.url) == {}
    expected, found = rows_of(hidden.url), rows_of(warehouse.url)
    of_runs = {"sync_run", "sync_run_project"}
    assert [name for name in expected if name not in of_runs and expected[name] != found[name]] == []
    again = warehouse.sync(task_actions=True, **PSEUDONYMS)
    assert again.requests == ALL_REQUESTS_OF_A_LISTING
    assert not again.events_named("people_pseudonymised")
    with pytest.raises(ConnectorError, match="no key"):
        warehouse.sync()


def test_an_edit_brings_pseudonyms_however_it_is_capitalised(hidden: CrashedWarehouse) -> None:
    with SampleServer(farm_world()) as server:
        warehouse = CrashedWarehouse(server, hidden.engine, hidden.engine.copied(hidden.url))
        project = warehouse.project
        server.world.clock.advance(datetime.timedelta(days=1))
        row = project.row_named("calving-pen-001.mp4")
        project.assign(row.data_hash, "Nobody.Else@Example.com", branch_name="main")
        warehouse.sync(task_actions=True, **PSEUDONYMS)
        assert "nobody.else" not in repr(warehouse.rows("SELECT * FROM label_row")).lower()
        (found,) = warehouse.rows(
            "SELECT assigned_user_email FROM label_row WHERE data_hash = $name AND branch_name = 'main'",
            name=row.data_hash,
        )
        assert found == (pseudonym("nobody.else@example.com"),)


def test_verify_compares_pseudonyms_with_pseudonyms(hidden: CrashedWarehouse) -> None:
    _verify(hidden, **PSEUDONYMS)
    with pytest.raises(ConnectorError, match="no key"):
        _verify(hidden)


def _verify(warehouse: SyncedWarehouse, **options: object) -> None:
    settings = load_settings(
        {
            "domain": warehouse.server.domain,
            "ssh_key": warehouse.server.world.private_key,
            "warehouse": warehouse.url,
            "project": [warehouse.server.world.project_hash],
            "settle_seconds": 0,
            **options,
        },
        environment={},
    )
    report = HeardReport()
    assert run_verify(settings, None, report, Interruption()) is ExitCode.OK, report.events


def test_a_shard_replaces_nothing_and_mixes_nothing(lake_engine: LakeEngine) -> None:
    """The other shards would go on writing addresses: only a run of the whole project may replace them."""
    with SampleServer(gate_world()) as server:
        lake = CrashedWarehouse(server, lake_engine, lake_engine.empty())
        assert lake.sync(shard="1/2").run.outcome == "succeeded"
        refused(lake, "without --shard", shard="1/2", **PSEUDONYMS)
        refused(lake, "without --shard", shard="2/2", **PSEUDONYMS)
        assert with_address(lake.url), "so the addresses of the first shard are still there"
        whole = lake.sync(**PSEUDONYMS)
        assert whole.run.outcome == "succeeded", whole.run.message
        assert whole.events_named("people_pseudonymised")
        for shard in ("1/2", "2/2"):
            refused(lake, "no key", shard=shard)
            refused(lake, "another key", shard=shard, **ANOTHER_KEY)
            assert lake.sync(shard=shard, **PSEUDONYMS).run.outcome == "succeeded"
        assert with_address(lake.url) == {}


def refused(warehouse: CrashedWarehouse, says: str, **options: Any) -> None:  # noqa: ANN401 - any option of a sync
    """A sync with these options is refused, and writes nothing."""
    before = rows_of(warehouse.url)
    with pytest.raises(ConnectorError, match=says) as told:
        warehouse.sync(**options)
    assert told.value.kind is ErrorKind.CONFIGURATION
    assert rows_of(warehouse.url) == before
