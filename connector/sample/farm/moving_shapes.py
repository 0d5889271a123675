"""Geometry in Encord's form, normalised to 0..1 of the frame, for things that move smoothly."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from connector.geometry.run_lengths import encoded_runs

Point = tuple[float, float]


def _r(value: float) -> float:
    return round(value, 4)


@dataclass(frozen=True)
class Motion:
    """A path that stays inside the frame: two slow waves around a centre."""

    centre: Point
    reach: Point
    pace: Point
    phase: Point

    @classmethod
    def wandering(cls, source: random.Random, margin: float = 0.25) -> "Motion":
        """A random path whose points keep `margin` from the border."""
        reach = source.uniform(0.03, 0.12), source.uniform(0.02, 0.08)
        centre = source.uniform(margin, 1 - margin), source.uniform(margin, 1 - margin)
        pace = source.uniform(0.01, 0.05), source.uniform(0.01, 0.05)
        return cls(centre, reach, pace, (source.uniform(0, math.tau), source.uniform(0, math.tau)))

    def at(self, frame: int) -> Point:
        """Its position on a frame."""
        return (
            self.centre[0] + self.reach[0] * math.sin(self.pace[0] * frame + self.phase[0]),
            self.centre[1] + self.reach[1] * math.sin(self.pace[1] * frame + self.phase[1]),
        )


def box(centre: Point, width: float, height: float) -> dict[str, float]:
    """A box around a centre."""
    return {"h": _r(height), "w": _r(width), "x": _r(centre[0] - width / 2), "y": _r(centre[1] - height / 2)}


def rotatable_box(centre: Point, width: float, height: float, theta: float) -> dict[str, float]:
    """A box turned by `theta` degrees, clockwise about its centre."""
    return {**box(centre, width, height), "theta": _r(theta)}


def points(corners: Sequence[Point]) -> dict[str, dict[str, float]]:
    """A list of points in Encord's form for polygons, polylines and points: a dict by position."""
    return {str(position): {"x": _r(x), "y": _r(y)} for position, (x, y) in enumerate(corners)}


def blob_outline(centre: Point, radius: float, corners: int, wobble: float) -> list[Point]:
    """A closed outline around a centre, a little uneven."""
    outline = []
    for corner in range(corners):
        angle = math.tau * corner / corners
        reach = radius * (1 + wobble * math.sin(3 * angle))
        outline.append((centre[0] + reach * math.cos(angle), centre[1] + reach * math.sin(angle)))
    return outline


def circle(centre: Point, radius: float) -> dict[str, float]:
    """A circle; the radius is normalised to the frame's width."""
    return {"x": _r(centre[0]), "y": _r(centre[1]), "r": _r(radius), "stretch": 1.0, "theta": 0.0}


def ellipse(centre: Point, rx: float, ry: float, theta: float) -> dict[str, float]:
    """An ellipse; `rx` by the frame's width, `ry` by its height, `theta` in degrees."""
    return {"x": _r(centre[0]), "y": _r(centre[1]), "rx": _r(rx), "ry": _r(ry), "theta": _r(theta)}


def wagon(centre: Point, width: float, height: float) -> dict[str, object]:
    """A box in perspective: its front face and the vanishing point."""
    left, right = _r(centre[0] - width / 2), _r(centre[0] + width / 2)
    top, bottom = _r(centre[1] - height / 2), _r(centre[1] + height / 2)
    front = [left, top, right, top, right, bottom, left, bottom]
    return {"front": front, "vanishingPoint": {"x": 0.5, "y": 0.2}, "scaleRatio": 0.7}


GAIT_JOINTS = ("head", "withers", "hip", "front knee", "front hoof", "hock", "hind hoof")


def gait_skeleton(centre: Point, size: float, step: float, hashes: Sequence[str]) -> dict[str, dict[str, object]]:
    """A walking cow's seven joints; `step` is the phase of the stride. `hashes` name the joints' features."""
    swing = 0.15 * size * math.sin(step)
    offsets = [(-0.6, -0.5), (-0.35, -0.4), (0.4, -0.4), (-0.35, 0.1), (-0.35, 0.5), (0.45, 0.1), (0.45, 0.5)]
    skeleton: dict[str, dict[str, object]] = {}
    for position, (name, (dx, dy)) in enumerate(zip(GAIT_JOINTS, offsets, strict=True)):
        is_leg = position >= 3
        skeleton[str(position)] = {
            "x": _r(centre[0] + size * dx + (swing if is_leg else 0.0)),
            "y": _r(centre[1] + size * dy),
            "name": name,
            "color": "#D81B60",
            "value": name.replace(" ", "_"),
            "featureHash": hashes[position],
            "visibility": "occluded" if is_leg and swing < 0 else "visible",
        }
    return skeleton


def bitmask(centre: Point, radius: float, width: int, height: int) -> dict[str, object]:
    """A round mask over the whole frame: run lengths along the rows of pixels, zeros first."""
    across, down = max(1, int(radius * width)), max(1, int(radius * height))
    left, top = int(centre[0] * width), int(centre[1] * height) - down
    runs: list[int] = []
    zeros = max(0, top) * width
    for row in range(max(0, top), min(height, top + 2 * down)):
        part = (row + 0.5 - top - down) / down
        half = max(1, int(across * math.sqrt(max(0.0, 1 - part * part))))
        first, last = max(0, left - half), min(width, left + half)
        runs += [zeros + first, last - first]
        zeros = width - last
    zeros += (height - min(height, top + 2 * down)) * width
    if zeros:
        runs.append(zeros)
    return {"top": 0, "left": 0, "width": width, "height": height, "rleString": encoded_runs(runs)}
