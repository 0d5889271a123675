"""How label rows are put into requests: by count, by estimated bytes, and by what was learnt."""

import functools
from collections.abc import Iterable, Sequence

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from connector.source.answers.answer_body import AnswerBody
from connector.source.label_rows.bundle_planner import (
    BYTES_A_LABEL_ROW,
    BYTES_AN_ANNOTATION,
    FIRST_BUNDLES_SHARE,
    FIRST_GUESS_BYTES_A_LABEL_ROW,
    BundlePlanner,
)
from connector.source.label_rows.fetched import FetchedBundle, FetchedLabelRow, WantedLabelRow

COUNTS = st.one_of(st.none(), st.integers(0, 1_000_000))


def all_bundles(planner: BundlePlanner) -> list[list[str]]:
    bundles = []
    while bundle := planner.next_bundle():
        bundles.append([row.label_hash for row in bundle])
    return bundles


def sizes(rows: Iterable[WantedLabelRow], row_limit: int = 500, byte_target: int = 1_000_000) -> list[int]:
    return [len(bundle) for bundle in all_bundles(BundlePlanner(rows, row_limit=row_limit, byte_target=byte_target))]


def fetched(label_hash: str, byte_count: int) -> FetchedLabelRow:
    return FetchedLabelRow(label_hash, json_of(byte_count), AnswerBody(bytearray()))


def learn(planner: BundlePlanner, bundle: Sequence[WantedLabelRow], byte_count: int) -> None:
    planner.learn(bundle, FetchedBundle([fetched(row.label_hash, byte_count) for row in bundle], []))


@functools.cache
def json_of(byte_count: int) -> msgspec.Raw:
    return msgspec.Raw(b"{" + b" " * (byte_count - 2) + b"}")


@given(st.lists(st.tuples(COUNTS, COUNTS)), st.integers(1, 50), st.integers(1, 10_000_000))
def test_every_row_comes_once_in_order_and_within_the_limit(
    counts: list[tuple[int | None, int | None]], row_limit: int, byte_target: int
) -> None:
    rows = [WantedLabelRow(f"{number}", *pair) for number, pair in enumerate(counts)]
    bundles = all_bundles(BundlePlanner(rows, row_limit=row_limit, byte_target=byte_target))
    assert [label_hash for bundle in bundles for label_hash in bundle] == [row.label_hash for row in rows]
    assert all(1 <= len(bundle) <= row_limit for bundle in bundles)


def test_known_annotation_counts_fill_a_bundle_to_its_bytes() -> None:
    each = BYTES_A_LABEL_ROW + 1_000 * BYTES_AN_ANNOTATION
    rows = [WantedLabelRow(f"{number}", annotation_count=1_000, frame_count=1) for number in range(10)]
    assert sizes(rows, byte_target=4 * each) == [4, 4, 2]


def test_a_row_larger_than_the_target_goes_alone() -> None:
    counts = (10, 1_000_000, 10)
    rows = [WantedLabelRow(f"{number}", annotation_count=count) for number, count in enumerate(counts)]
    assert sizes(rows) == [1, 1, 1]


def test_what_rows_weighed_changes_the_next_bundles() -> None:
    rows = [WantedLabelRow(f"{number}", frame_count=1_000) for number in range(4_000)]
    planner = BundlePlanner(rows, row_limit=500, byte_target=8_000_000)
    first = planner.next_bundle()
    for _ in range(50):
        learn(planner, first, 10_000)
    lighter = planner.next_bundle()
    assert len(lighter) > 5 * len(first)
    learn(planner, lighter, 20_000_000)
    assert len(planner.next_bundle()) == 1


def test_rows_of_unknown_size_are_learnt_too() -> None:
    rows = [WantedLabelRow(f"{number}") for number in range(1_000)]
    planner = BundlePlanner(rows, row_limit=500, byte_target=1_000_000)
    first = planner.next_bundle()
    assert len(first) == 1_000_000 // FIRST_BUNDLES_SHARE // FIRST_GUESS_BYTES_A_LABEL_ROW, "small, until more is known"
    learn(planner, first, 500_000)
    assert len(planner.next_bundle()) < FIRST_BUNDLES_SHARE * len(first) / 5


def test_what_is_learnt_of_small_rows_fills_later_bundles() -> None:
    rows = [WantedLabelRow(f"{number}") for number in range(1_000)]
    planner = BundlePlanner(rows, row_limit=500, byte_target=1_000_000)
    first = planner.next_bundle()
    learn(planner, first, 1_000)
    assert len(planner.next_bundle()) > FIRST_BUNDLES_SHARE * len(first)


def test_a_refused_size_halves_what_follows_and_never_grows_it() -> None:
    rows = [WantedLabelRow(f"{number}", annotation_count=1) for number in range(100)]
    planner = BundlePlanner(rows, row_limit=40, byte_target=1_000_000_000)
    assert len(planner.next_bundle()) == 40
    assert planner.shrink(40) == 20
    assert planner.shrink(40) == 20
    assert len(planner.next_bundle()) == 20
    assert planner.shrink(1) == 1
    assert len(planner.next_bundle()) == 1


def test_one_row_too_large_alone_does_not_make_later_bundles_small() -> None:
    rows = [WantedLabelRow(f"{number}", annotation_count=1) for number in range(100)]
    planner = BundlePlanner(rows, row_limit=40, byte_target=1_000_000_000)
    planner.next_bundle()
    planner.shrink(40)
    planner.shrink(2)
    planner.blame_one_row()
    assert len(planner.next_bundle()) == 40
