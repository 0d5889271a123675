"""Hypothesis strategies for ontologies: raw `editor` structures as the ontology answer holds them."""

import base64
from collections.abc import Sequence
from hashlib import blake2b
from itertools import count
from typing import Any

from hypothesis import strategies as st

RawPart = dict[str, Any]

ANSWER_TYPES = ("radio", "checklist", "text", "numeric")
DEEPEST = 2
"""Nesting of generated attributes; the SDK allows seven levels, all alike."""

NAMES = st.text(st.characters(codec="utf-8", min_codepoint=32, max_codepoint=0x2FFF), min_size=1, max_size=8)


def feature_hash(number: int) -> str:
    """A feature hash as Encord makes them: base64 of six bytes, with `+`, `/` and both cases."""
    return base64.b64encode(blake2b(number.to_bytes(4, "big"), digest_size=6).digest()).decode("ascii")


class _Numbering:
    """Hands out feature hashes, each once per ontology."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def next_hash(self) -> str:
        return feature_hash(next(self._numbers))


@st.composite
def editors(draw: st.DrawFn, shapes: Sequence[str], *, dynamic: bool = True) -> RawPart:
    """An `editor` structure.

    Args:
        draw: Hypothesis's.
        shapes: Shapes to take object classes from; every class drawn has one of them.
        dynamic: Whether object attributes may be dynamic.
    """
    numbering = _Numbering()
    drawn_shapes = draw(st.lists(st.sampled_from(list(shapes)), min_size=1, max_size=4)) if shapes else []
    objects = [
        {
            "id": str(number),
            "name": draw(NAMES),
            "color": "#A4FF00",
            "shape": shape,
            "featureNodeHash": numbering.next_hash(),
            "required": False,
            "archived": draw(_RARELY),
            "attributes": _attributes(draw, numbering, [number], 0, most=3, dynamic=dynamic),
        }
        for number, shape in enumerate(drawn_shapes, 1)
    ]
    classifications = [
        _classification(draw, numbering, number) for number in range(1, draw(st.integers(min_value=0, max_value=3)) + 1)
    ]
    return {"objects": objects, "classifications": classifications, "skeleton_templates": []}


_RARELY = st.sampled_from([False] * 7 + [True])


def _classification(draw: st.DrawFn, numbering: _Numbering, number: int) -> RawPart:
    part: RawPart = {
        "id": str(number),
        "featureNodeHash": numbering.next_hash(),
        "attributes": [_attribute(draw, numbering, [number, 1], 0, dynamic=False)],
    }
    if draw(_RARELY):
        part["level"] = "global"
    return part


def _attributes(
    draw: st.DrawFn, numbering: _Numbering, path: list[int], depth: int, *, most: int, dynamic: bool
) -> list[RawPart]:
    amount = draw(st.integers(min_value=0, max_value=most))
    return [_attribute(draw, numbering, [*path, place], depth, dynamic=dynamic) for place in range(1, amount + 1)]


def _attribute(draw: st.DrawFn, numbering: _Numbering, path: list[int], depth: int, *, dynamic: bool) -> RawPart:
    answer_type = draw(st.sampled_from(ANSWER_TYPES))
    part: RawPart = {
        "id": ".".join(map(str, path)),
        "name": draw(NAMES),
        "type": answer_type,
        "featureNodeHash": numbering.next_hash(),
        "required": draw(st.booleans()),
        "dynamic": dynamic and depth == 0 and draw(st.booleans()),
        "archived": draw(_RARELY),
    }
    if answer_type in {"radio", "checklist"}:
        part["options"] = [
            _option(draw, numbering, [*path, place], depth, nestable=answer_type == "radio")
            for place in range(1, draw(st.integers(min_value=1, max_value=3)) + 1)
        ]
    return part


def _option(draw: st.DrawFn, numbering: _Numbering, path: list[int], depth: int, *, nestable: bool) -> RawPart:
    part: RawPart = {
        "id": ".".join(map(str, path)),
        "label": draw(NAMES),
        "value": draw(NAMES),
        "featureNodeHash": numbering.next_hash(),
        "archived": draw(_RARELY),
    }
    if nestable and depth < DEEPEST:
        nested = _attributes(draw, numbering, path, depth + 1, most=2 if depth == 0 else 1, dynamic=False)
        if nested:
            part["options"] = nested
    return part
