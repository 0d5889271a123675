"""Masks as Encord writes them, by the SDK's own code."""

import numpy as np
import numpy.typing as npt
from encord.objects.bitmask import BitmaskCoordinates

from connector.geometry.run_lengths import encoded_runs


def coded(mask: npt.NDArray[np.bool_]) -> str:
    """The run-length string of a mask, row by row."""
    return BitmaskCoordinates(mask)._encoded_bitmask.rle_string


def all_set(pixels: int) -> str:
    """The code of a mask of that many pixels, all of them set: a handful of characters."""
    return encoded_runs([0, pixels])
