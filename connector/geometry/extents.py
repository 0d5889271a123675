"""The box around a drawn shape, 0 to 1 of its frame; not clipped to the frame.

A turned or round shape is turned and round in pixels, so its extent needs the frame's own width and height.
"""

from collections.abc import Sequence
from math import cos, hypot, radians, sin

Extent = tuple[float | None, float | None, float | None, float | None]
"""Left, top, right and bottom; None where they cannot be known."""

UNKNOWN: Extent = (None, None, None, None)


def of_points(xs: Sequence[float], ys: Sequence[float]) -> Extent:
    """Around points; unknown for none."""
    if not xs:
        return UNKNOWN
    return min(xs), min(ys), max(xs), max(ys)


def of_turned_box(
    box: tuple[float, float, float, float], theta: float, width: float | None, height: float | None
) -> Extent:
    """Around a box turned about its centre.

    Args:
        box: left, top, width and height before the turn, 0 to 1 of the frame.
        theta: degrees clockwise.
        width: the frame's width in pixels, if known.
        height: the frame's height in pixels, if known.
    """
    x, y, box_width, box_height = box
    if theta == 0:
        return x, y, x + box_width, y + box_height
    if not width or not height:
        return UNKNOWN
    cosine, sine = abs(cos(radians(theta))), abs(sin(radians(theta)))
    half_width, half_height = box_width * width / 2, box_height * height / 2
    reach_x = (half_width * cosine + half_height * sine) / width
    reach_y = (half_width * sine + half_height * cosine) / height
    centre_x, centre_y = x + box_width / 2, y + box_height / 2
    return centre_x - reach_x, centre_y - reach_y, centre_x + reach_x, centre_y + reach_y


def of_ellipse(
    centre: tuple[float, float], semi_axes: tuple[float, float], theta: float, width: float, height: float
) -> Extent:
    """Around an ellipse turned about its centre.

    Args:
        centre: 0 to 1 of the frame.
        semi_axes: in pixels, the one along theta first.
        theta: degrees clockwise.
        width: the frame's width in pixels.
        height: the frame's height in pixels.
    """
    cosine, sine = cos(radians(theta)), sin(radians(theta))
    reach_x = hypot(semi_axes[0] * cosine, semi_axes[1] * sine) / width
    reach_y = hypot(semi_axes[0] * sine, semi_axes[1] * cosine) / height
    return centre[0] - reach_x, centre[1] - reach_y, centre[0] + reach_x, centre[1] + reach_y
