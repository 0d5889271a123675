"""The answers of objects and classifications as the SDK's object model gives them (`get_answer`)."""

from collections.abc import Iterable, Iterator, Sequence

from encord.objects import ClassificationInstance, ObjectInstance
from encord.objects.attributes import ChecklistAttribute
from encord.objects.ontology_object_instance import AnswerForFrames
from encord.objects.options import Option

from tests.parity.checklist_union import union_of_dynamic_checklist
from tests.parity.facts import Facts, exact
from tests.parity.raw_index import Raw
from tests.parity.sdk_row import AnyAttribute

AnswerRow = dict[str, object]

EMPTY: AnswerRow = {"option": None, "text": None, "number": None, "frame_start": None, "frame_end": None}


def add_object_answers(instance: ObjectInstance, spaces: Sequence[str], labels: Raw, facts: Facts) -> None:
    """Adds the answers of an object: static ones, and dynamic ones with their ranges, in the SDK's order.

    Args:
        instance: The object.
        spaces: Where it has its dynamic answers: on the label row itself, or on every part that it lies on.
        labels: The raw dict.
        facts: Takes the facts.
    """
    for attribute in _all_attributes(instance.ontology_item.attributes):
        if attribute.dynamic:
            answers = _dynamic_answers(instance, attribute, labels)
            rows = [
                {**row, "frame_start": part.start, "frame_end": part.end}
                for answer in answers
                for part in answer.ranges
                for row in _answer_rows(answer.answer)
            ]
        else:
            # An empty checklist is how the SDK says "not answered" of objects (trap 14): no row.
            rows = list(_answer_rows(instance.get_answer(attribute)))
        for space_id in spaces if attribute.dynamic else ["root"]:
            if rows:
                facts["answer"]["object", instance.object_hash, space_id, attribute.feature_node_hash] = rows


def add_classification_answers(instance: ClassificationInstance, facts: Facts) -> None:
    """Adds the answers of a classification instance."""
    for attribute in _all_attributes(instance.ontology_item.attributes):
        answer = instance.get_answer(attribute)
        rows = list(_answer_rows(answer))
        if not rows and answer is not None:
            # A checklist that was answered with nothing ticked; the SDK tells it from None, so do the tables.
            rows = [EMPTY]
        if rows:
            facts["answer"]["classification", instance.classification_hash, "root", attribute.feature_node_hash] = rows


def _all_attributes(attributes: Sequence[AnyAttribute]) -> Iterator[AnyAttribute]:
    for attribute in attributes:
        yield attribute
        for option in attribute.options:
            yield from _all_attributes(option.attributes)


def _dynamic_answers(instance: ObjectInstance, attribute: AnyAttribute, labels: Raw) -> list[AnswerForFrames]:
    answers = instance.get_answer(attribute)
    if not isinstance(answers, list):
        raise TypeError("the SDK answers dynamic attributes with a list")
    dynamic = [answer for answer in answers if isinstance(answer, AnswerForFrames)]
    if isinstance(attribute, ChecklistAttribute):
        # Deliberate difference: the union of what is ticked, where the SDK loses part of it (trap 17).
        return union_of_dynamic_checklist(dynamic, attribute, instance.object_hash, labels)
    return dynamic


def _answer_rows(answer: object) -> Iterator[AnswerRow]:
    if answer is None:
        return
    if isinstance(answer, Option):
        yield {**EMPTY, "option": answer.feature_node_hash}
    elif isinstance(answer, str):
        # Declared difference: PostgreSQL cannot store U+0000, so no engine does (connector.normalise.storable_text).
        yield {**EMPTY, "text": answer.replace("\0", "\ufffd")}
    elif isinstance(answer, int | float):
        # `text` of a number is one canonical rendering of it; `table_facts` checks it and leaves it out.
        yield {**EMPTY, "number": exact(float(answer))}
    elif isinstance(answer, Iterable):
        # The tables have ticked options by their hash, whatever order the ontology gives them.
        for option in sorted(answer, key=lambda option: str(option.feature_node_hash)):
            yield from _answer_rows(option)
    else:
        raise TypeError(f"unknown kind of answer {type(answer).__name__}")
