"""What servers do to frame objects: the legacy and partial forms of geometry that the SDK still reads."""

from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

Raw = dict[str, Any]


def frame_objects(labels: Raw) -> Iterator[Raw]:
    """Every raw frame object of a label row, wherever it lies."""
    holders = [*labels["data_units"].values(), *(labels.get("spaces") or {}).values()]
    for holder in holders:
        yield from _in_blobs(holder.get("labels") or {})


def _in_blobs(blobs: Raw) -> Iterator[Raw]:
    if isinstance(blobs.get("objects"), list):
        yield from blobs["objects"]
        return
    for blob in blobs.values():
        if isinstance(blob, dict):
            yield from blob.get("objects") or ()


def vary_geometry(draw: st.DrawFn, labels: Raw) -> None:
    """Rewrites the geometry of some frame objects in other forms."""
    for raw in frame_objects(labels):
        for key, variants in VARIANTS.items():
            if key in raw:
                draw(st.sampled_from((_unchanged, *variants)))(draw, raw)


def _unchanged(_: st.DrawFn, __: Raw) -> None:
    """As the SDK wrote it."""


def _polygon_as_list(_: st.DrawFn, raw: Raw) -> None:
    raw["polygon"] = list(raw["polygon"].values())
    raw.pop("polygons", None)


def _polygon_alone(draw: st.DrawFn, raw: Raw) -> None:
    """The form before `polygons`, its keys in no order: they count as integers, so "10" comes after "9"."""
    raw["polygon"] = dict(draw(st.permutations(list(raw["polygon"].items()))))
    raw["polygons"] = None
    if draw(st.booleans()):
        del raw["polygons"]


def _polygon_of_many_points(_: st.DrawFn, raw: Raw) -> None:
    points = {str(number): {"x": number / 12, "y": 1 - number / 12} for number in range(12)}
    raw["polygon"] = dict(sorted(points.items()))
    raw["polygons"] = []


def _polygons_alone(_: st.DrawFn, raw: Raw) -> None:
    raw["polygon"] = None


def _polygons_disagree(_: st.DrawFn, raw: Raw) -> None:
    """Both forms, not the same: `polygons` wins."""
    raw["polygon"] = {"0": {"x": 0.25, "y": 0.5}, "1": {"x": 0.5, "y": 0.5}, "2": {"x": 0.25, "y": 0.75}}


def _polyline_as_list(_: st.DrawFn, raw: Raw) -> None:
    raw["polyline"] = list(raw["polyline"].values())


def _polyline_shuffled(draw: st.DrawFn, raw: Raw) -> None:
    raw["polyline"] = dict(draw(st.permutations(list(raw["polyline"].items()))))


def _polyline_of_many_points(_: st.DrawFn, raw: Raw) -> None:
    raw["polyline"] = {str(number): {"x": number / 12, "y": 1 - number / 12} for number in reversed(range(12))}


def _circle_without_options(draw: st.DrawFn, raw: Raw) -> None:
    for name in draw(st.sets(st.sampled_from(["stretch", "theta"]), min_size=1)):
        raw["circle"].pop(name, None)


def _ellipse_without_theta(_: st.DrawFn, raw: Raw) -> None:
    raw["ellipse"].pop("theta", None)


def _visibility_as_flags(draw: st.DrawFn, raw: Raw) -> None:
    """The boolean form: keys named after the states, the first of a fixed order that is true counts."""
    for joint in raw["skeleton"].values():
        joint.pop("visibility", None)
        for name in draw(st.sets(st.sampled_from(["visible", "invisible", "occluded", "selfOccluded"]))):
            joint[name] = draw(st.booleans())


def _visibility_beside_flags(draw: st.DrawFn, raw: Raw) -> None:
    for joint in raw["skeleton"].values():
        joint[draw(st.sampled_from(["visible", "invisible", "occluded", "selfOccluded"]))] = draw(st.booleans())


def _joints_in_another_order(draw: st.DrawFn, raw: Raw) -> None:
    """Joints keep the order of the dict, not of its keys (trap 11)."""
    raw["skeleton"] = dict(draw(st.permutations(list(raw["skeleton"].items()))))


def _unknown_member_beside(_: st.DrawFn, raw: Raw) -> None:
    raw["pointCloudHint"] = {"ignored": [1, 2, 3]}


Variant = Callable[[st.DrawFn, Raw], None]
VARIANTS: dict[str, tuple[Variant, ...]] = {
    "polygon": (_polygon_as_list, _polygon_alone, _polygon_of_many_points, _polygons_alone, _polygons_disagree),
    "polyline": (_polyline_as_list, _polyline_shuffled, _polyline_of_many_points),
    "circle": (_circle_without_options,),
    "ellipse": (_ellipse_without_theta,),
    "skeleton": (_visibility_as_flags, _visibility_beside_flags, _joints_in_another_order),
    "boundingBox": (_unknown_member_beside,),
}
"""What may happen to an object that has a key."""
