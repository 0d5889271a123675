"""Ranges as servers may send them: in any order, in pieces, overlapping, doubled."""

from typing import Any

from hypothesis import strategies as st

Raw = dict[str, Any]


def cut_up_object_ranges(draw: st.DrawFn, labels: Raw) -> None:
    """Objects on ranges: the SDK sorts and merges, overlapping and adjacent ones too (trap 7)."""
    for answer in labels["object_answers"].values():
        if answer.get("range"):
            answer["range"] = _cut_up(draw, answer["range"])
        for placement in (answer.get("spaces") or {}).values():
            if placement["type"] == "frame" and placement["range"]:
                placement["range"] = _cut_up(draw, placement["range"])


def cut_up_classification_ranges(draw: st.DrawFn, labels: Raw) -> None:
    """Classifications on frames or ranges: the same."""
    for answer in labels["classification_answers"].values():
        if answer.get("range"):
            answer["range"] = _cut_up(draw, answer["range"])
        for placement in (answer.get("spaces") or {}).values():
            if placement["type"] == "frame" and placement["range"]:
                placement["range"] = _cut_up(draw, placement["range"])


def empty_object_ranges(draw: st.DrawFn, labels: Raw) -> None:
    """An object of text that lies nowhere is still an object."""
    if labels["data_type"] == "plain_text":
        for answer in labels["object_answers"].values():
            if draw(st.booleans()):
                answer["range_html" if answer.get("range_html") else "range"] = []


def _cut_up(draw: st.DrawFn, ranges: list[list[int]]) -> list[list[int]]:
    """The same units, in other pieces and another order."""
    pieces: list[list[int]] = []
    for start, end in ranges:
        cut = draw(st.integers(min_value=start, max_value=end))
        overlap = draw(st.integers(min_value=start, max_value=end))
        pieces += [[start, cut], [min(cut + 1, overlap, end), end]]
    return list(draw(st.permutations(pieces)))
