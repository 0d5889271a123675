"""Generated label rows, as the SDK writes them and as servers send them: the tables say what the object model says."""

import pytest
from encord.exceptions import EncordException
from hypothesis import given, reject
from hypothesis import strategies as st

from tests.parity.budget import parity_settings
from tests.parity.comparison import assert_parity, normalised_facts
from tests.parity.perturbations import perturbed_labels, rows_as_sent, rows_in_every_form
from tests.parity.raw_rows import GeneratedRow
from tests.parity.rows_of_scenes import rows_of_events, rows_of_scenes
from tests.parity.rows_on_frames import FLAT_SHAPES, rows_on_frames
from tests.parity.rows_on_frames import SHAPES as FRAME_SHAPES
from tests.parity.rows_on_ranges import SHAPES as RANGE_SHAPES
from tests.parity.rows_on_ranges import rows_on_ranges
from tests.parity.rows_on_spaces import rows_of_groups, rows_with_root_space
from tests.parity.sdk_row import load_sdk_row

pytestmark = pytest.mark.filterwarnings("ignore:_remove_from_frame_to_hashes_map:DeprecationWarning")
"""The SDK's own events call a method that the SDK deprecated."""

ROWS: dict[str, st.SearchStrategy[GeneratedRow]] = {
    **{data_type: rows_on_frames(data_type) for data_type in FRAME_SHAPES},
    **{kind: rows_on_ranges(kind) for kind in RANGE_SHAPES},
    "group": rows_of_groups(),
    "root space": rows_with_root_space(),
    "scene with spaces": rows_of_scenes(),
    "continuous scene": rows_of_events(),
}
"""Label rows of every kind that the SDK can write."""


@st.composite
def bundles(draw: st.DrawFn) -> list[GeneratedRow]:
    """Three rows of one ontology: one label row in three states, under other hashes."""
    first = draw(rows_on_frames("video"))
    rows = [first]
    for number in range(2):
        label_hash = f"other-{number}"
        entry = {**first.entry, "label_hash": label_hash, "data_hash": f"data-{number}"}
        rows.append(
            GeneratedRow(entry, perturbed_labels(draw, first.labels) | {"label_hash": label_hash}, first.editor)
        )
    return rows


UNLOADABLE = (EncordException, KeyError, ValueError, TypeError, RuntimeError, AttributeError)
"""What the SDK raises for rows that its object model cannot hold; most of these are bare (traps 2, 3, 13 …)."""


@pytest.mark.parametrize("kind", ROWS)
def test_rows_as_the_sdk_writes_them(kind: str) -> None:
    @parity_settings(0.4)
    @given(ROWS[kind])
    def same(row: GeneratedRow) -> None:
        assert_parity(*row)

    same()


@pytest.mark.parametrize("kind", ROWS)
def test_rows_as_servers_send_them(kind: str) -> None:
    @parity_settings()
    @given(rows_as_sent(ROWS[kind]))
    def same(row: GeneratedRow) -> None:
        try:
            load_sdk_row(*row)
        except UNLOADABLE:
            reject()
        assert_parity(*row)

    same()


@pytest.mark.parametrize("shape", FLAT_SHAPES)
def test_every_shape_in_every_form(shape: str) -> None:
    """One shape at a time, so that each of its forms comes up often; and all that happens to answers with it."""

    @parity_settings(0.5)
    @given(rows_in_every_form(rows_on_frames("image", (shape,))))
    def same(row: GeneratedRow) -> None:
        try:
            load_sdk_row(*row)
        except UNLOADABLE:
            reject()
        assert_parity(*row)

    same()


@parity_settings(0.5)
@given(bundles())
def test_rows_of_a_bundle_do_not_touch_each_other(rows: list[GeneratedRow]) -> None:
    """Normalised together or alone, a row gives the same facts."""
    editor = rows[0].editor
    together = normalised_facts([(row.entry, row.labels) for row in rows], editor)
    alone = [normalised_facts([(row.entry, row.labels)], editor)[0] for row in rows]
    assert together == alone
