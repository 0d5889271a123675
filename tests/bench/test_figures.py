"""How measured figures are written."""

import pytest

from bench.figures import shown


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (0.012345, "0.0123"),
        (1.5, "1.5"),
        (14.56, "14.6"),
        (99.96, "100"),
        (1_449.6, "1,450"),
        (1_234_567, "1,230,000"),
    ],
)
def test_a_figure_has_three_digits_that_count_and_no_exponent(value: float, written: str) -> None:
    assert shown(value) == written
