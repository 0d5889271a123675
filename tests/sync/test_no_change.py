"""A sync without a change downloads nothing and writes nothing; a first one and a full one fetch each row once."""

from pathlib import Path

from connector.load.tables import LABEL_TABLES
from connector.sample import SampleServer
from tests.sync.conftest import Comparison, farm_world
from tests.sync.fresh_comparison import SOURCE_TABLES
from tests.sync.synced_warehouse import ALL_REQUESTS_OF_A_LISTING, SyncedWarehouse, copied


def test_a_first_sync_creates_the_file_and_fetches_every_opened_label_row_once(
    tmp_path: Path, equals_fresh: Comparison
) -> None:
    with SampleServer(farm_world()) as server:
        synced = SyncedWarehouse(server, tmp_path / "labels.duckdb")
        outcome = synced.sync()
        opened = sorted(synced.project.label_hashes)
        assert outcome.exit_code == 0
        assert outcome.fetched == opened
        assert outcome.counts() == {"loaded": len(opened), "skipped": len(synced.project.rows) - len(opened)}
        assert outcome.receipt.fetch_reasons == {"never_synced": len(opened)}
        filled = {table: count for table in LABEL_TABLES if (count := synced.value(f"SELECT count(*) FROM {table}"))}
        assert {table: outcome.receipt.rows_by_table[table] for table in filled} == filled
        assert set(filled) == set(LABEL_TABLES)
        assert synced.value("SELECT count(*) FROM label_row") == outcome.receipt.listed
        equals_fresh(synced)


def test_a_second_sync_sends_three_requests_and_writes_nothing(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    before = farm.snapshot(*SOURCE_TABLES, *LABEL_TABLES, "frame_number")
    for _ in range(2):
        outcome = farm.sync()
        opened = len(farm.project.label_hashes)
        assert outcome.exit_code == 0
        assert outcome.requests == ALL_REQUESTS_OF_A_LISTING
        assert outcome.counts() == {"unchanged": opened, "skipped": len(farm.project.rows) - opened}
        assert outcome.receipt.rows_written == outcome.receipt.label_bytes == 0
    # Not one column moved, run_id and synced_at included.
    assert farm.snapshot(*before) == before
    equals_fresh(farm)


def test_full_fetches_every_opened_label_row_again(farm: SyncedWarehouse, equals_fresh: Comparison) -> None:
    opened = sorted(farm.project.label_hashes)
    before = farm.snapshot(*LABEL_TABLES)
    outcome = farm.sync(full=True)
    assert outcome.fetched == farm.rewritten_by(outcome) == opened
    assert outcome.receipt.fetch_reasons == {"full": len(opened)}
    assert farm.snapshot(*before) == before
    assert farm.sync().requests == ALL_REQUESTS_OF_A_LISTING
    equals_fresh(farm)


def test_bundles_of_one_label_row_load_the_same(tmp_path: Path, farm: SyncedWarehouse, empty_file: Path) -> None:
    one_by_one = SyncedWarehouse(farm.server, copied(empty_file, tmp_path / "one_by_one.duckdb"))
    outcome = one_by_one.sync(bundle_rows=1)
    assert outcome.requests["label_rows"] == len(farm.project.label_hashes)
    assert farm.snapshot(*LABEL_TABLES) == one_by_one.snapshot(*LABEL_TABLES)
