"""Figures that are the same on both engines and in each run, in whatever order a sum was made."""

import numpy as np

from connector.consensus.object_pairs import Numbers

_STEP = 1e9


def rounded(figures: Numbers) -> Numbers:
    """Rounded to the ninth place, and not at a tie, as the views round theirs."""
    steps: Numbers = np.floor(figures * _STEP + 0.5001)
    return steps / _STEP
