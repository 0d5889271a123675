"""Dynamic answers: which answer applies to which frames, after later entries have overridden earlier ones.

Reproduces the SDK's answer index: later entries override earlier ones where they overlap, equal neighbours merge, and
answers are in the order of their first assignment. Checklists differ on purpose (e 17): where entries of one list
overlap, the union of their options applies, and no end of a range is lost.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from connector.geometry.ranges import Range, merge_ranges, read_ranges
from connector.normalise.label_rows.row_warnings import RowWarnings
from connector.normalise.ontology import OntologyAttribute

Span = tuple[Any, int, int]
"""Answer, first frame, last frame."""


class AnswerTimeline:
    """The answers of one attribute along the frames: disjoint intervals, sorted."""

    __slots__ = ("_counts", "_intervals", "_starts")

    def __init__(self, answer: Hashable, ranges: Sequence[Range]) -> None:
        """Begin with an answer on merged ranges."""
        self._starts = [start for start, _ in ranges]
        self._intervals: list[tuple[int, int, Hashable]] = [(start, end, answer) for start, end in ranges]
        self._counts: dict[Hashable, int] = {answer: len(ranges)}

    def assign(self, answer: Hashable, ranges: Sequence[Range]) -> None:
        """Set an answer on merged ranges, whatever was there before."""
        for start, end in ranges:
            self._clear(start, end)
        for start, end in ranges:
            self._insert(start, end, answer)

    def _count(self, answer: Hashable, change: int) -> None:
        count = self._counts.get(answer, 0) + change
        if count:
            self._counts[answer] = count
        else:
            # An answer that is nowhere any more loses its place in the order.
            del self._counts[answer]

    def _clear(self, start: int, end: int) -> None:
        first = bisect_right(self._starts, start)
        if first > 0 and self._intervals[first - 1][1] >= start:
            first -= 1
        last = bisect_right(self._starts, end)
        remaining: list[tuple[int, int, Hashable]] = []
        for old_start, old_end, answer in self._intervals[first:last]:
            pieces = []
            if old_start < start:
                pieces.append((old_start, start - 1, answer))
            if old_end > end:
                pieces.append((end + 1, old_end, answer))
            remaining += pieces
            self._count(answer, len(pieces) - 1)
        self._replace(first, last, remaining)

    def _insert(self, start: int, end: int, answer: Hashable) -> None:
        first = last = bisect_left(self._starts, start)
        change = 1
        if first > 0 and self._intervals[first - 1][1] == start - 1 and self._intervals[first - 1][2] == answer:
            first -= 1
            start = self._starts[first]
            change -= 1
        if last < len(self._intervals) and self._starts[last] == end + 1 and self._intervals[last][2] == answer:
            end = self._intervals[last][1]
            last += 1
            change -= 1
        if change:
            self._count(answer, change)
        self._replace(first, last, [(start, end, answer)])

    def _replace(self, first: int, last: int, intervals: list[tuple[int, int, Hashable]]) -> None:
        self._intervals[first:last] = intervals
        self._starts[first:last] = [interval[0] for interval in intervals]

    def spans(self) -> Iterator[Span]:
        """Answers in order of first assignment, each with its ranges in order of frames."""
        ranges: dict[Hashable, list[Range]] = {answer: [] for answer in self._counts}
        for start, end, answer in self._intervals:
            ranges[answer].append((start, end))
        for answer, its_ranges in ranges.items():
            for start, end in its_ranges:
                yield answer, start, end


class AnswerTimelines:
    """The answers of one owner along the frames, by attribute and space.

    Most attributes have only one entry, which needs no timeline: one is made when a second entry comes.
    """

    __slots__ = ("_first", "_timelines")

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], tuple[OntologyAttribute, Hashable, Sequence[Range]]] = {}
        self._timelines: dict[tuple[str, str], AnswerTimeline] = {}

    def _assign(self, attribute: OntologyAttribute, space_id: str, answer: Hashable, ranges: Sequence[Range]) -> None:
        key = (attribute.feature_hash, space_id)
        if key not in self._first:
            self._first[key] = (attribute, answer, ranges)
            return
        timeline = self._timelines.get(key)
        if timeline is None:
            timeline = self._timelines[key] = AnswerTimeline(*self._first[key][1:])
        timeline.assign(answer, ranges)

    def assign(
        self, attribute: OntologyAttribute, spaces: Iterable[str], answer: Hashable, ranges: Sequence[Range]
    ) -> None:
        """Add one entry of a text, numeric or radio attribute, with its ranges as given, on each of its spaces."""
        merged = merge_ranges(ranges)
        if merged:
            for space_id in spaces:
                self._assign(attribute, space_id, answer, merged)

    def assign_checklist(
        self, attribute: OntologyAttribute, space_id: str, entries: Sequence[tuple[Sequence[Range], frozenset[str]]]
    ) -> None:
        """Add all entries of one list for a checklist attribute on one space: ranges as given, and ticked options."""
        ticked = [
            (start, end, options) for ranges, options in entries for start, end in ranges if start <= end and options
        ]
        for start, end, options in _union_of_options(ticked):
            self._assign(attribute, space_id, options, [(start, end)])

    def spans(self) -> Iterator[tuple[OntologyAttribute, str, Iterable[Span]]]:
        """Attribute, space and spans of everything assigned."""
        for key, (attribute, answer, ranges) in self._first.items():
            timeline = self._timelines.get(key)
            if timeline is None:
                yield attribute, key[1], [(answer, start, end) for start, end in ranges]
            else:
                yield attribute, key[1], timeline.spans()


def entry_ranges(attribute: OntologyAttribute, entry: Mapping[str, Any], warnings: RowWarnings) -> list[Range]:
    """The ranges of an entry of a dynamic attribute, as given; adds a warning if they cannot be read."""
    if "range" not in entry:
        warnings.add(f"answer without frames to dynamic attribute {attribute.feature_hash}")
        return []
    ranges, unreadable = read_ranges(entry["range"])
    if unreadable:
        warnings.add(f"unreadable range of dynamic attribute {attribute.feature_hash}", unreadable)
    return ranges


def _union_of_options(ticked: Sequence[tuple[int, int, frozenset[str]]]) -> Iterator[tuple[int, int, frozenset[str]]]:
    """Cut overlapping ranges into disjoint ones, each with all options that cover it, in the order of frames."""
    changes: dict[int, list[tuple[int, str]]] = {}
    for start, end, options in ticked:
        for option in options:
            changes.setdefault(start, []).append((1, option))
            changes.setdefault(end + 1, []).append((-1, option))
    covering: dict[str, int] = {}
    previous = 0
    for frame in sorted(changes):
        current = frozenset(option for option, count in covering.items() if count)
        if current:
            yield previous, frame - 1, current
        for change, option in changes[frame]:
            covering[option] = covering.get(option, 0) + change
        previous = frame
