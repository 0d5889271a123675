"""What editors and servers do to answers: and the SDK still reads the row."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

Raw = dict[str, Any]


def _answer_lists(labels: Raw) -> Iterator[list[Raw]]:
    """The flat lists of answers: of objects and of classifications, not the dynamic ones."""
    for name in ("object_answers", "classification_answers"):
        for holder in labels[name].values():
            yield holder["classifications"]


def shuffle_answers(draw: st.DrawFn, labels: Raw) -> None:
    """Parents before or after their children: the flat list has no order that counts."""
    for answers in _answer_lists(labels):
        answers[:] = draw(st.permutations(answers))


def unanswer_radios(draw: st.DrawFn, labels: Raw) -> None:
    """A removed radio answer stays as an empty list; two options at once count as none (trap 14)."""
    for answers in _answer_lists(labels):
        for answer in answers:
            if isinstance(answer["answers"], list) and len(answer["answers"]) == 1 and draw(st.booleans()):
                # Twice the same is two as well, and so are two different ones.
                others = [*answer["answers"], *answer["answers"]]
                answer["answers"] = draw(st.sampled_from([[], others]))


def answer_twice(draw: st.DrawFn, labels: Raw) -> None:
    """An attribute answered by two entries: the last one counts, of an object's checklist the union (trap 14)."""
    for answers in _answer_lists(labels):
        for answer in list(answers):
            if draw(st.booleans()):
                again = deepcopy(answer)
                if isinstance(again["answers"], str):
                    again["answers"] = draw(st.sampled_from(["", "again"]))
                elif isinstance(again["answers"], list):
                    again["answers"] = again["answers"][: draw(st.integers(min_value=0, max_value=2))]
                else:
                    again["answers"] = draw(st.sampled_from([0, 7, 2.5]))
                answers.insert(draw(st.integers(min_value=0, max_value=len(answers))), again)


def orphan_answers(_: st.DrawFn, labels: Raw) -> None:
    """Answers of objects that are gone (frames and images keep them)."""
    if labels["data_type"] in {"audio", "plain_text", "time_series"}:
        return
    labels["object_answers"]["gone+/=="] = {"objectHash": "gone+/==", "classifications": []}
    labels["object_actions"]["gone+/=="] = {"objectHash": "gone+/==", "actions": []}


def split_dynamic_checklists(draw: st.DrawFn, labels: Raw) -> None:
    """The editor writes a dynamic checklist as one entry a ticked option, each with ranges of its own (trap 17)."""
    for holder in labels["object_actions"].values():
        split: list[Raw] = []
        for action in holder["actions"]:
            options = action["answers"] if isinstance(action["answers"], list) else []
            if len(options) < 2:
                split.append(action)
            else:
                split.extend({**action, "answers": [option]} for option in options)
        holder["actions"] = draw(st.permutations(split)) if draw(st.booleans()) else split


def move_dynamic_ranges(draw: st.DrawFn, labels: Raw) -> None:
    """Dynamic answers over other ranges: overlapping, adjacent, unsorted, reversed, beyond the object's frames.

    They stay within the row's frames, which the SDK insists on (trap 4).
    """
    frames = {
        frame
        for holder in labels["object_actions"].values()
        for action in holder["actions"]
        for part in action["range"]
        for frame in part
    }
    if not frames:
        return
    frame = st.integers(min_value=min(frames), max_value=max(frames))
    for holder in labels["object_actions"].values():
        for action in holder["actions"]:
            if draw(st.booleans()):
                parts = draw(st.lists(st.lists(frame, min_size=2, max_size=2), min_size=1, max_size=3))
                reversed_ones = draw(st.sampled_from([False, False, False, True]))
                action["range"] = parts if reversed_ones else [sorted(part) for part in parts]


def repeat_dynamic_answers(draw: st.DrawFn, labels: Raw) -> None:
    """The same dynamic answer again later in the list, so that the order of first assignment shows (trap 16)."""
    for holder in labels["object_actions"].values():
        if holder["actions"] and draw(st.booleans()):
            again = deepcopy(draw(st.sampled_from(holder["actions"])))
            holder["actions"].append(again)


def whole_numbers_as_floats(draw: st.DrawFn, labels: Raw) -> None:
    """JSON writers differ in how they write whole numbers: 1 or 1.0; and true is taken for 1 (trap 14)."""
    lists = [*_answer_lists(labels), *(holder["actions"] for holder in labels["object_actions"].values())]
    for answers in lists:
        for answer in answers:
            if isinstance(answer["answers"], int | float) and draw(st.booleans()):
                answer["answers"] = draw(st.sampled_from([1, 1.0, True, 0, False, -0.0]))


def classifications_without_class(draw: st.DrawFn, labels: Raw) -> None:
    """Answers without a class or without a range on frames: the SDK does not see them (trap 19)."""
    for answer in labels["classification_answers"].values():
        if draw(st.booleans()):
            answer[draw(st.sampled_from(["featureHash", "range", "spaces"]))] = None


def name_tracks(_: st.DrawFn, labels: Raw) -> None:
    """`trackHash` is dead; `shouldPropagate` means nothing to a reader."""
    for holder in labels["object_actions"].values():
        for action in holder["actions"]:
            action.update(trackHash="dead", shouldPropagate=True)


ANSWER_PERTURBATIONS: tuple[Callable[[st.DrawFn, Raw], None], ...] = (
    shuffle_answers,
    unanswer_radios,
    answer_twice,
    orphan_answers,
    split_dynamic_checklists,
    move_dynamic_ranges,
    repeat_dynamic_answers,
    whole_numbers_as_floats,
    classifications_without_class,
    name_tracks,
)
