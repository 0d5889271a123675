"""The form of an object of each shape, as far as the readers of shapes rely on it."""

from collections.abc import Mapping
from typing import Any

from connector.normalise.forms.expected_form import (
    ANYTHING,
    NUMBER,
    NUMERAL,
    TEXT,
    WHOLE,
    Depends,
    Each,
    Fields,
    Form,
    ListOf,
    first_problem,
)


def _all(kind: Form, *names: str, **others: Form) -> Fields:
    return Fields({**dict.fromkeys(names, kind), **others}, needed=names)


def _points(**others: Form) -> Depends:
    point = _all(NUMBER, "x", "y", z=NUMBER, **others)
    return Depends(lambda value: Each(point, NUMERAL) if isinstance(value, Mapping) else ListOf(point))


def _shape(key: str, form: Form) -> Fields:
    return Fields({key: form}, needed=(key,))


_JOINT = _all(NUMBER, "x", "y")
_JOINTS = Depends(lambda value: Each(_JOINT) if isinstance(value, Mapping) else ListOf(_JOINT))


_PARTS = _shape("polygons", ListOf(ListOf(ListOf(NUMBER))))
_RING = _shape("polygon", _points())

SHAPES: Mapping[str, Form] = {
    "bounding_box": _shape("boundingBox", _all(NUMBER, "x", "y", "w", "h")),
    "rotatable_bounding_box": _shape("rotatableBoundingBox", _all(NUMBER, "x", "y", "w", "h", "theta")),
    "polygon": Depends(lambda item: _PARTS if item.get("polygons") else _RING),
    "polyline": _shape("polyline", _points()),
    "point": _shape("point", _points()),
    "skeleton": _shape("skeleton", _JOINTS),
    "bitmask": _shape("bitmask", _all(WHOLE, "top", "left", "width", "height", rleString=TEXT)),
    "circle": _shape("circle", _all(NUMBER, "x", "y", "r", stretch=NUMBER, theta=NUMBER)),
    "ellipse": _shape("ellipse", _all(NUMBER, "x", "y", "rx", "ry", theta=NUMBER)),
    "cuboid_2d": _shape("cuboid_2d", Fields({"front": ListOf(NUMBER)}, needed=("front",))),
    "cuboid": _shape("cuboid", _all(ANYTHING, "position", "orientation", "size")),
}
"""Shape → the form of its objects."""


def shape_problem(item: Mapping[str, Any], shape: str) -> str:
    """What cannot be read in a drawn object, in words that follow its name; empty if that is unknown."""
    problem = first_problem(item, SHAPES[shape])
    if problem is None:
        return ""
    return f": {'.'.join(map(str, problem.path))} {problem.what}"
