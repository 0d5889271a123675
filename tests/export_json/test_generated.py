"""Generated label rows of every kind: the SDK reads what the export writes as it reads what Encord sent.

`PARITY_EXAMPLES=5000 pytest tests/export_json` looks at many more of them (tests/parity/budget.py).
"""

import pytest
from hypothesis import given, reject

from tests.export_json.sdk_comparison import assert_round_trip
from tests.parity.budget import parity_settings
from tests.parity.perturbations import rows_as_sent, rows_in_every_form
from tests.parity.raw_rows import GeneratedRow
from tests.parity.rows_on_frames import FLAT_SHAPES, rows_on_frames
from tests.parity.sdk_row import load_sdk_row
from tests.parity.test_generated import ROWS, UNLOADABLE

pytestmark = pytest.mark.filterwarnings("ignore:_remove_from_frame_to_hashes_map:DeprecationWarning")
"""The SDK's own events call a method that the SDK deprecated."""


@pytest.mark.parametrize("kind", ROWS)
def test_rows_as_the_sdk_writes_them(kind: str) -> None:
    @parity_settings(0.06)
    @given(ROWS[kind])
    def same(row: GeneratedRow) -> None:
        assert_round_trip(*row)

    same()


@pytest.mark.parametrize("kind", ROWS)
def test_rows_as_servers_send_them(kind: str) -> None:
    @parity_settings(0.12)
    @given(rows_as_sent(ROWS[kind]))
    def same(row: GeneratedRow) -> None:
        _reject_unloadable(row)
        assert_round_trip(*row)

    same()


def test_shapes_and_answers_in_every_form() -> None:
    @parity_settings(0.25)
    @given(rows_in_every_form(rows_on_frames("image", FLAT_SHAPES)))
    def same(row: GeneratedRow) -> None:
        _reject_unloadable(row)
        assert_round_trip(*row)

    same()


def _reject_unloadable(row: GeneratedRow) -> None:
    try:
        load_sdk_row(*row)
    except UNLOADABLE:
        reject()
