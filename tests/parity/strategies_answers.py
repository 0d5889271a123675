"""Answers drawn with Hypothesis and set through the SDK's own `set_answer`."""

from collections.abc import Callable, Sequence

from encord.objects import ClassificationInstance, ObjectInstance
from encord.objects.attributes import ChecklistAttribute, NumericAttribute, RadioAttribute
from encord.objects.options import Option
from hypothesis import strategies as st

from tests.parity.sdk_row import AnyAttribute

Answer = str | float | int | Option | Sequence[Option]

TEXTS = st.text(st.characters(codec="utf-8"), max_size=6)
NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(min_value=-(2**53), max_value=2**53),
    st.sampled_from([0, 1, 1.0, -0.0, 0.1, 1e21, 1e-7, 123456789.123]),
)


def answers_to(attribute: AnyAttribute) -> st.SearchStrategy[Answer]:
    """Answers that an attribute takes."""
    if isinstance(attribute, RadioAttribute):
        return st.sampled_from(list(attribute.options))
    if isinstance(attribute, ChecklistAttribute):
        return st.lists(st.sampled_from(list(attribute.options)), unique_by=lambda option: option.feature_node_hash)
    return NUMBERS if isinstance(attribute, NumericAttribute) else TEXTS


def set_static_answers(draw: st.DrawFn, instance: ObjectInstance | ClassificationInstance) -> None:
    """Answers some of an instance's static attributes, nested ones too; sometimes leaves stale nested answers."""
    for attribute in instance.ontology_item.attributes:
        if not attribute.dynamic:
            _answer_below(draw, instance, attribute)


def _answer_below(draw: st.DrawFn, instance: ObjectInstance | ClassificationInstance, attribute: AnyAttribute) -> None:
    if not draw(st.booleans()):
        return
    answer = draw(answers_to(attribute))
    instance.set_answer(answer, attribute)
    if isinstance(answer, Option):
        for nested in answer.attributes:
            _answer_below(draw, instance, nested)
        if draw(st.sampled_from([False, False, False, True])):
            # Another option is chosen afterwards: the answers below the first one stay in the row, stale.
            instance.set_answer(draw(answers_to(attribute)), attribute, overwrite=True)


def set_dynamic_answers(
    draw: st.DrawFn,
    instance: ObjectInstance,
    frames: Sequence[int],
    set_answer: Callable[[Answer, AnyAttribute, list[int]], None],
) -> None:
    """Answers some of an object's dynamic attributes on some of its frames, later answers over earlier ones.

    Args:
        draw: Hypothesis's.
        instance: The object.
        frames: The frames that it lies on.
        set_answer: How an answer is set where the object lies: on the label row, or on a space.
    """
    for attribute in instance.ontology_item.attributes:
        if attribute.dynamic:
            for _ in range(draw(st.integers(min_value=0, max_value=3))):
                chosen = draw(st.lists(st.sampled_from(list(frames)), min_size=1, unique=True))
                set_answer(draw(answers_to(attribute)), attribute, sorted(chosen))
