"""The receipt balances, or the run is no success; its sentence and row say the same."""

import datetime

import orjson
import pyarrow as pa
import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.runs.receipt import Receipt
from connector.source.changes.changes import Changes
from connector.source.changes.fetch_plan import Change, FetchPlan


def receipt() -> Receipt:
    made = Receipt("run", "project", datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    made.listed, made.loaded, made.unchanged, made.failed, made.skipped = 10, 3, 5, 0, 2
    return made


def test_a_balanced_receipt_succeeds() -> None:
    made = receipt()
    made.end()
    assert made.outcome == "succeeded"
    assert made.message is None
    assert made.ended_at is not None


def test_a_receipt_that_does_not_balance_is_no_success() -> None:
    made = receipt()
    made.unchanged = 4
    made.end()
    assert made.outcome == "failed"
    assert "10 listed" in str(made.message)


@pytest.mark.parametrize(("listed", "outcome"), [(3, "succeeded"), (4, "failed")])
def test_a_listed_label_row_that_the_comparison_did_not_meet_is_no_balance(listed: int, outcome: str) -> None:
    made = Receipt("run", "project", datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    nothing_to_fetch = pa.table({name: pa.array([], pa.string()) for name in Change._fields})
    made.take_plan("Herd", listed, Changes(FetchPlan([nothing_to_fetch]), unchanged=2, skipped=1, gone=[], live=3), [])
    made.end()
    assert made.outcome == outcome
    assert made.listed == listed


def test_sentence_and_row_carry_the_counts() -> None:
    made = receipt()
    made.rows_by_table.update({"object_annotation": 5, "object_instance": 2})
    with made.stage("write"):
        pass
    made.failed, made.unchanged = 1, 4
    made.end()
    assert "10 listed = 3 loaded + 4 unchanged + 1 failed + 2 not opened yet" in made.sentence()
    row = made.row()
    assert row["rows_written"] == 7
    assert orjson.loads(row["rows_by_table"]) == {"object_annotation": 5, "object_instance": 2}
    assert list(orjson.loads(row["stage_seconds"])) == ["write"]
    assert row["outcome"] == "partial"
    assert "sync_failure" in row["message"]


def test_warnings_are_not_silent() -> None:
    made = receipt()
    assert "warnings" not in made.sentence()
    made.warned = 2
    assert "2 loaded with warnings" in made.sentence()


def test_refused_deletes_make_a_run_partial() -> None:
    made = receipt()
    made.end(ConnectorError(ErrorKind.DELETES_REFUSED, "8 of 10 are gone."))
    assert (made.outcome, made.message) == ("partial", "8 of 10 are gone.")


def test_what_broke_off_is_told_apart() -> None:
    made = receipt()
    made.break_off(ConnectorError(ErrorKind.INTERRUPTED, "SIGTERM"))
    assert made.outcome == "interrupted"
    made.break_off(ConnectorError(ErrorKind.UNREACHABLE, "no answer"))
    assert made.outcome == "failed"


def test_the_time_waited_for_bundles_counts_as_fetching() -> None:
    made = receipt()
    assert list(made.waiting_for(iter([1, 2]))) == [1, 2]
    assert "fetch" in made.stage_seconds
