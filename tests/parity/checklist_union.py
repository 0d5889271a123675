"""The one declared difference in answers: dynamic checklists whose entries overlap (trap 17).

The SDK merges the entries of a dynamic checklist (the editor writes one a ticked option) with a sweep that forgets
how often an option is open, so an option over overlapping ranges loses its tail, two options that meet on a frame
lose one there, and a reversed range stays open. The tables hold the union: on a frame, every option that some entry
ticks there. This module computes the union on its own, stretch by stretch, and insists that the SDK agrees with it
wherever the entries do not touch.
"""

from itertools import combinations, pairwise

from encord.objects.attributes import ChecklistAttribute
from encord.objects.frames import Range
from encord.objects.ontology_object_instance import AnswerForFrames

from tests.parity.raw_index import Raw

Entry = tuple[int, int, frozenset[str]]


def union_of_dynamic_checklist(
    said: list[AnswerForFrames], attribute: ChecklistAttribute, object_hash: str, labels: Raw
) -> list[AnswerForFrames]:
    """What the SDK would answer if its sweep counted: answers in order of their first frame, ranges merged.

    Args:
        said: What the SDK does answer.
        attribute: The dynamic checklist.
        object_hash: The object.
        labels: The raw label row.

    Raises:
        AssertionError: The SDK differs from the union although no two entries touch: the declared reason is wrong.
    """
    entries = _entries(attribute, object_hash, labels)
    expected = _united(entries, attribute)
    if not _is_within_the_bug(entries):
        assert _plain(said) == _plain(expected), "the SDK differs from the union for another reason than trap 17"
    return expected


def _entries(attribute: ChecklistAttribute, object_hash: str, labels: Raw) -> list[Entry]:
    return [
        (start, end, frozenset(option["featureHash"] for option in action["answers"]))
        for holder in labels["object_actions"].values()
        if holder["objectHash"] == object_hash
        for action in holder["actions"]
        if action["featureHash"] == attribute.feature_node_hash
        for start, end in action["range"]
    ]


def _is_within_the_bug(entries: list[Entry]) -> bool:
    """Whether two entries have a frame in common, or one is reversed: only then may the sweep go wrong."""
    return any(start > end for start, end, _ in entries) or any(
        first[0] <= second[1] and second[0] <= first[1] for first, second in combinations(entries, 2)
    )


def _united(entries: list[Entry], attribute: ChecklistAttribute) -> list[AnswerForFrames]:
    forward = [entry for entry in entries if entry[0] <= entry[1]]
    cuts = sorted({cut for start, end, _ in forward for cut in (start, end + 1)})
    by_answer: dict[tuple[str, ...], list[Range]] = {}
    for first, after in pairwise(cuts):
        ticked = {option for start, end, options in forward if start <= first <= end for option in options}
        answer = tuple(option.feature_node_hash for option in attribute.options if option.feature_node_hash in ticked)
        if not answer:
            continue
        ranges = by_answer.setdefault(answer, [])
        if ranges and ranges[-1].end == first - 1:
            ranges[-1].end = after - 1
        else:
            ranges.append(Range(first, after - 1))
    options_by_hash = {option.feature_node_hash: option for option in attribute.options}
    return [
        AnswerForFrames(answer=[options_by_hash[option] for option in answer], ranges=ranges)
        for answer, ranges in by_answer.items()
    ]


def _plain(answers: list[AnswerForFrames]) -> list[tuple[list[str], list[tuple[int, int]]]]:
    plain = []
    for answer in answers:
        options = answer.answer
        if isinstance(options, str) or not isinstance(options, list):
            raise TypeError("the SDK answers checklists with a list of options")
        ranges = [(part.start, part.end) for part in answer.ranges]
        plain.append(([option.feature_node_hash for option in options], ranges))
    return plain
