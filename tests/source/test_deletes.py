"""When label rows that are no longer listed may be marked deleted."""

import pytest

from connector.errors import ErrorKind
from connector.source.changes.deletes import deletes_allowed


@pytest.mark.parametrize(
    ("gone", "stored", "share", "listed", "unreadable", "is_allowed"),
    [
        (0, 0, 0.2, 0, 0, True),
        (0, 100, 0.2, 100, 3, True),
        (5, 6, 0.2, 1, 0, True),
        (6, 7, 0.2, 1, 0, False),
        (20, 100, 0.2, 80, 0, True),
        (21, 100, 0.2, 79, 0, False),
        (1, 1, 0.2, 0, 0, False),
        (100, 100, 1.0, 0, 0, False),
        (100, 200, 1.0, 100, 0, True),
        (1, 100, 0.2, 99, 1, False),
    ],
)
def test_the_share(gone: int, stored: int, share: float, listed: int, unreadable: int, is_allowed: bool) -> None:
    decision = deletes_allowed(gone, stored, share, listed=listed, unreadable_entries=unreadable)
    assert decision.is_allowed is is_allowed
    forced = deletes_allowed(gone, stored, share, listed=listed, unreadable_entries=unreadable, is_forced=True)
    assert forced.is_allowed


def test_a_refusal_names_the_counts_and_the_way_out() -> None:
    refusal = deletes_allowed(21, 100, 0.2, listed=79).refusal
    assert refusal is not None
    assert refusal.kind is ErrorKind.DELETES_REFUSED
    assert "21 of 100" in refusal.message
    assert "20%" in refusal.message
    assert "--allow-deletes" in refusal.remedy


def test_several_workers_together_allow_no_more_than_one() -> None:
    assert deletes_allowed(5, 10, 0.2, listed=10).is_allowed
    assert deletes_allowed(2, 5, 0.2, listed=10, shards=2).is_allowed
    assert not deletes_allowed(3, 5, 0.2, listed=10, shards=2).is_allowed
