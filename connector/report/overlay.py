"""Draws the shapes of several annotators on one frame over one another, in layers that can be switched off."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from connector.report.svg import drawing, element, text

LAYERS = 8
"""Annotators that have a colour and a dash of their own in the style sheet."""

_POINTS = 40
_MARGIN = 0.08
_RING = re.compile(r"\(([^()]+)\)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")

Box = tuple[float, ...]
"""Left, top, right, bottom, in pixels."""


class Shape(NamedTuple):
    """A shape of an annotator.

    Attributes:
        layer: the annotator's number.
        name: the class of the object.
        is_majority: whether most annotators have it.
        wkt: the shape as well-known text, in pixels; None if it has none: then the box stands for it.
        box: around it.
    """

    layer: int
    name: str
    is_majority: bool
    wkt: str | None
    box: Box


def overlay(
    key: str,
    title: str,
    annotators: Sequence[tuple[str, str]],
    shapes: Sequence[Shape],
    size: tuple[int, int],
    picture: str = "",
) -> Markup:
    """A frame with a switch for each annotator, and one for the picture.

    Args:
        key: tells it apart from others on the page.
        title: what it shows.
        annotators: letter and name of each, by number.
        shapes: what they drew.
        size: of the frame, in pixels.
        picture: what the frame shows within `shown_part`, as a data URI; empty if there is none.
    """
    view = shown_part(shapes, size)
    left, top, right, bottom = view
    layers, switches, counts = [], [], []
    if picture:
        place = {"x": f"{left:.1f}", "y": f"{top:.1f}", "width": f"{right - left:.1f}", "height": f"{bottom - top:.1f}"}
        layers.append(element("image", href=picture, preserveAspectRatio="none", class_="picture", **place))
        switches.append(_PICTURE_SWITCH.format(key=key))
    for layer, (letter, name) in enumerate(annotators):
        own = [shape for shape in shapes if shape.layer == layer]
        if own:
            drawn = [_drawn(shape, letter, name, view) for shape in own]
            layers.append(element("g", *drawn, class_=f"layer s{layer}"))
            switches.append(_SWITCH.format(key=key, layer=layer, letter=letter, name=name, n=len(own)))
            counts.append(f"{name} {len(own)}")
    share = 100 * (right - left) * (bottom - top) / (size[0] * size[1])
    outline = element("rect", width=str(size[0]), height=str(size[1]), class_="frame")
    drawn_frame = drawing(
        f"{title}. Shapes: {', '.join(counts)}.",
        outline,
        *layers,
        look="shapes",
        view_box=f"{left:.1f} {top:.1f} {right - left:.1f} {bottom - top:.1f}",
    )
    note = f"{share:.0f} % of the frame is shown." if share < 99 else "The whole frame is shown."
    return _OVERLAY.format(title=title, switches=Markup().join(switches), picture=drawn_frame, note=note)


_OVERLAY = Markup(
    '<div class="overlay" role="group" aria-label="{title}"><h4>{title}</h4><div class="switches">{switches}</div>'
    '{picture}<p class="note">{note}</p></div>'
)
_SWITCH = Markup(
    '<label for="layer-{key}-{layer}"><input type="checkbox" checked id="layer-{key}-{layer}" class="t{layer}">'
    '<svg class="swatch" aria-hidden="true"><line x2="100%" y1="50%" y2="50%" class="s{layer}"/></svg>'
    "{letter} {name} ({n})</label>"
)
_PICTURE_SWITCH = Markup(
    '<label for="layer-{key}-picture"><input type="checkbox" checked id="layer-{key}-picture" class="tp">'
    "Picture</label>"
)


def shown_part(shapes: Sequence[Shape], size: tuple[int, int]) -> Box:
    """What is shown of the frame: all shapes and a margin, in the frame's own proportions."""
    left, top = (max(0.0, min(shape.box[side] for shape in shapes)) for side in (0, 1))
    right, bottom = (
        min(float(most), max(shape.box[side] for shape in shapes)) for side, most in ((2, size[0]), (3, size[1]))
    )
    share = max((right - left) / size[0], (bottom - top) / size[1], 0.05) * (1 + 2 * _MARGIN)
    if share >= 1:
        return 0.0, 0.0, float(size[0]), float(size[1])
    width, height = share * size[0], share * size[1]
    x = min(max(0.0, (left + right - width) / 2), size[0] - width)
    y = min(max(0.0, (top + bottom - height) / 2), size[1] - height)
    return x, y, x + width, y + height


def _drawn(shape: Shape, letter: str, name: str, view: Box) -> Markup:
    """A shape, its letter at a corner that other annotators' letters do not have, and words for the pointer."""
    unit = (view[2] - view[0]) / 100
    left, top, right, bottom = shape.box
    x = (left, right, right, left)[shape.layer % 4]
    y = (top, top, bottom, bottom)[shape.layer % 4]
    words = f"{name}: {shape.name}{'' if shape.is_majority else ', no majority'}"
    return element(
        "g",
        element("title", escape(words)),
        *_outline(shape, unit),
        text(letter, x=f"{x:.1f}", y=f"{y:.1f}", font_size=f"{2.6 * unit:.1f}"),
        class_="shape" if shape.is_majority else "shape minor",
    )


def _outline(shape: Shape, unit: float) -> list[Markup]:
    kind = (shape.wkt or "").partition("(")[0]
    rings = [_points(ring) for ring in _RING.findall(shape.wkt or "")]
    if kind in {"POINT", "MULTIPOINT"}:
        return [
            element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=f"{0.5 * unit:.1f}", class_="dot")
            for ring in rings
            for x, y in ring
        ]
    closed = "Z" if kind.endswith("POLYGON") else ""
    if not rings:
        left, top, right, bottom = shape.box
        rings, closed = [[(left, top), (right, top), (right, bottom), (left, bottom)]], "Z"
    path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + closed for ring in rings if ring)
    return [element("path", d=path, class_="dotted" if shape.wkt is None else "line")]


def _points(ring: str) -> list[tuple[float, float]]:
    """The points of a ring; of many only some, because a page is no place for each corner of a long outline."""
    numbers = [float(number) for number in _NUMBER.findall(ring)]
    points = list(zip(numbers[::2], numbers[1::2], strict=False))
    return points[:: -(-len(points) // _POINTS)] if len(points) > _POINTS else points
