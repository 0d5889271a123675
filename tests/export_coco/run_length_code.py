"""Masks as Encord writes them, by the SDK's own code."""

import numpy as np
import numpy.typing as npt
from encord.objects.bitmask import BitmaskCoordinates


def coded(mask: npt.NDArray[np.bool_]) -> str:
    """The run-length string of a mask, row by row."""
    return BitmaskCoordinates(mask)._encoded_bitmask.rle_string
