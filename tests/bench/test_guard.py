"""The regression guard: a first sync stays ahead of what a competent user would write, as a ratio of CPU times."""

import pytest

from bench.guard import GUARDED, ratio


@pytest.mark.parametrize("workload", GUARDED)
def test_a_first_sync_stays_quicker_than_sqlalchemy(workload: str) -> None:
    assert ratio(GUARDED[workload]) >= GUARDED[workload].least
