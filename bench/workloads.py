"""What is measured: projects of chosen shapes and sizes, seeded, so that each run meets the same rows."""

from dataclasses import dataclass, replace
from typing import Literal

from bench.large_worlds.scale import Scale

Size = Literal["quick", "normal", "full"]
_GROWTH: dict[Size, float] = {"quick": 0.02, "normal": 1, "full": 4}

ANNOTATIONS_A_REQUEST = 20_000
"""What the ways that use the SDK's object model ask for at once: about what the connector does (8 MB of labels)."""


@dataclass(frozen=True)
class Workload:
    """A project to sync.

    Attributes:
        name: short, for options and results.
        title: for tables.
        scale: what the project holds, at the normal size.
    """

    name: str
    title: str
    scale: Scale

    def at(self, size: Size) -> Scale:
        """The project at a size: with fewer or more label rows, each as large as ever."""
        return replace(self.scale, rows=max(2, round(self.scale.rows * _GROWTH[size])))


def request_rows(scale: Scale) -> int:
    """Label rows that one request asks for."""
    return max(1, min(500, ANNOTATIONS_A_REQUEST // scale.annotations))


_MIXED = ("bounding_box", "polygon", "rotatable_bounding_box", "polyline", "skeleton", "point", "circle", "ellipse")
_ALL = (*_MIXED, "bitmask", "cuboid_2d")

WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("boxes", "boxes on long videos", Scale(rows=100, annotations=10_000, objects=10)),
        Workload(
            "mixed",
            "mixed shapes, polygons of 30 points",
            Scale(rows=125, annotations=8_000, objects=16, shapes=_MIXED, templates=4),
        ),
        Workload("images", "many small image rows", Scale(rows=40_000, annotations=6, objects=6)),
        Workload(
            "bitmasks",
            "bitmasks of 1920 by 1080",
            Scale(rows=60, annotations=1_000, objects=5, shapes=("bitmask",), templates=4),
        ),
        Workload(
            "dynamic",
            "dynamic attributes that change every 5 frames",
            Scale(rows=100, annotations=2_000, objects=10, dynamic_frames=5),
        ),
        Workload("consensus", "consensus, five branches", Scale(rows=40, annotations=1_000, objects=5, branches=5)),
        Workload(
            "consensus_mixed",
            "consensus of all shapes, two annotators beside main",
            Scale(rows=7, annotations=10_000, objects=10, shapes=_ALL, templates=4, branches=2),
        ),
        Workload(
            "consensus_mixed_four",
            "consensus of all shapes, four annotators beside main",
            Scale(rows=4, annotations=10_000, objects=10, shapes=_ALL, templates=4, branches=4),
        ),
    )
}
