"""How a run of several projects ends: its message tells one failure and that there are others."""

import datetime

import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.runs.receipt import Receipt
from connector.runs.run_record import Run

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def run_with(*failures: ConnectorError) -> Run:
    run = Run("run", NOW)
    for number, failure in enumerate(failures):
        receipt = Receipt("run", f"project-{number}", NOW)
        receipt.break_off(failure)
        run.receipts.append(receipt)
        run.failures.append(failure)
    run.end()
    return run


def test_one_failure_is_told_alone() -> None:
    run = run_with(ConnectorError(ErrorKind.PERMISSION, "Project a is closed."))
    assert (run.outcome, run.message, int(run.exit_code)) == ("failed", "Project a is closed.", 3)


@pytest.mark.parametrize("others", [1, 3])
def test_further_failures_are_counted(others: int) -> None:
    kinds = (ConnectorError(ErrorKind.PERMISSION, f"Project {number} is closed.") for number in range(others + 1))
    run = run_with(*kinds)
    assert str(run.message).startswith("Project 0 is closed.")
    assert f"{others} more failed" in str(run.message)
    assert str(run.message) in run.sentence()


def test_the_same_failure_twice_is_one() -> None:
    error = ConnectorError(ErrorKind.UNREACHABLE, "Encord cannot be reached.")
    assert run_with(error, error).message == "Encord cannot be reached."
