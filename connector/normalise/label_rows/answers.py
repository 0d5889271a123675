"""Answers to attributes: reads the flat answer lists of an object or a classification into rows.

Encord keeps the answers of all attributes of an owner, nested ones too, in one flat list each in object_answers,
object_actions and classification_answers. The ontology, not the list, says whether an attribute is dynamic.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from connector.geometry.ranges import Range
from connector.normalise.columns import ColumnBuffer
from connector.normalise.label_rows.dynamic_answers import AnswerTimelines, entry_ranges
from connector.normalise.label_rows.row_warnings import RowWarnings
from connector.normalise.ontology import OntologyAttribute, OntologyClass

Json = Any
"""A JSON value, or an answer made from one."""

AnswerEntry = Mapping[str, Any]
Rendered = tuple[str | None, str | None, float | None]
"""option_feature_hash, answer_text, answer_number."""

EMPTY_ROW: Rendered = (None, None, None)


def render_number(number: float) -> tuple[str, float]:
    """A numeric answer as text, the same for 1, 1.0 and true, and as a number."""
    as_float = float(number)
    if as_float != number:
        return str(number), as_float  # an integer that a float cannot hold exactly
    return (str(int(number)) if as_float.is_integer() and abs(as_float) < 2**53 else repr(as_float)), as_float


def render(attribute: OntologyAttribute, value: Json) -> list[Rendered]:
    """The rows of one answer: one row, or one for each ticked option, sorted by hash."""
    if attribute.answer_type == "checklist":
        return [(option, None, None) for option in sorted(value)]
    return [render_single(attribute, value)]


def render_single(attribute: OntologyAttribute, value: Json) -> Rendered:
    """The row of an answer to anything but a checklist."""
    answer_type = attribute.answer_type
    if answer_type == "radio":
        return value, None, None
    if answer_type == "text":
        return None, value, None
    return None, *render_number(value)


class AnswerReader:
    """Collects the answers of one owner, list by list, and writes them as rows of attribute_answer.

    The lists must come in the SDK's order, object_answers before object_actions: later answers replace earlier ones.
    """

    __slots__ = ("_class", "_dynamic", "_is_object", "_spaces", "_static", "_warnings")

    def __init__(
        self,
        ontology_class: OntologyClass,
        *,
        is_object: bool,
        warnings: RowWarnings,
        spaces: Sequence[str] = ("root",),
    ) -> None:
        """Begin with no answers.

        Args:
            ontology_class: of the owner.
            is_object: whether the owner is an object.
            warnings: takes warnings about what cannot be read.
            spaces: the spaces of a dynamic answer that names none.
        """
        self._class = ontology_class
        self._is_object = is_object
        self._warnings = warnings
        self._spaces = spaces
        self._static: dict[str, Any] = {}
        self._dynamic = AnswerTimelines()

    def read(self, entries: Sequence[AnswerEntry]) -> None:
        """Read one flat list.

        Raises:
            KeyError, TypeError, AttributeError: an entry is not a dict with `featureHash` and `answers`.
        """
        ticked: dict[str, frozenset[str]] = {}
        checklists: dict[tuple[str, str], list[tuple[Sequence[Range], frozenset[str]]]] = {}
        attributes = self._class.attributes
        for entry in entries:
            feature_hash = entry["featureHash"]
            attribute = attributes.get(feature_hash)
            if attribute is None:
                self._warnings.add(f"answer to an attribute that the ontology does not have: {feature_hash}")
                continue
            value = self._value(attribute, entry["answers"])
            if value is None:
                continue
            if attribute.is_dynamic:
                ranges = entry_ranges(attribute, entry, self._warnings)
                own_space = entry.get("spaceId")
                spaces = (own_space,) if own_space else self._spaces
                if attribute.answer_type != "checklist":
                    self._dynamic.assign(attribute, spaces, value, ranges)
                    continue
                for space_id in spaces:
                    checklists.setdefault((feature_hash, space_id), []).append((ranges, value))
            elif attribute.answer_type == "checklist" and self._is_object:
                # On objects the editor writes one entry for each ticked option; the SDK joins the entries of one list.
                ticked[feature_hash] = ticked.get(feature_hash, frozenset()) | value
            else:
                self._static[feature_hash] = value
        self._static.update(ticked)
        for (feature_hash, space_id), group in checklists.items():
            self._dynamic.assign_checklist(attributes[feature_hash], space_id, group)

    def _value(self, attribute: OntologyAttribute, answers: Json) -> Json:
        """The answer in comparable form; None if it was removed, or cannot be read (which adds a warning)."""
        match attribute.answer_type:
            case "radio" if isinstance(answers, list):
                if len(answers) != 1:
                    return None
                option = answers[0]["featureHash"]
                if option in attribute.options:
                    return option
                self._warnings.add(f"answer with an option that the ontology does not have: {option}")
                return None
            case "text" if isinstance(answers, str):
                return answers
            case "numeric" if isinstance(answers, (int, float)):
                return answers
            case "checklist" if isinstance(answers, list):
                options = frozenset(answer["featureHash"] for answer in answers)
                unknown = options - attribute.options
                for option in sorted(unknown):
                    self._warnings.add(f"answer with an option that the ontology does not have: {option}")
                return None if unknown and unknown == options else options - unknown
            case "text" | "numeric" | "radio" | "checklist":
                self._warnings.add(f"unreadable answer to attribute {attribute.feature_hash}")
            case word:
                self._warnings.add(f"unknown answer type: {word}")
        return None

    def _is_open(self, attribute: OntologyAttribute) -> bool:
        """Whether every option that leads to a nested attribute is chosen; never true below a dynamic radio."""
        while attribute.parent_attribute is not None:
            parent = self._class.attributes[attribute.parent_attribute]
            # A dynamic parent is never among the static answers.
            if self._static.get(parent.feature_hash) != attribute.parent_option:
                return False
            attribute = parent
        return True

    def write(self, rows: ColumnBuffer, label_hash: str, owner_hash: str, frame_count: int | None) -> int:
        """Append the rows; position numbers them within owner, space and attribute.

        Args:
            rows: of attribute_answer.
            label_hash: the label row.
            owner_hash: the object or classification.
            frame_count: the number of frames in the listing, if it has one.

        Returns:
            How many of the rows are on frames beyond that number.
        """
        kind = "object" if self._is_object else "classification"
        attributes, append, beyond = self._class.attributes, rows.append, 0
        for feature_hash, value in self._static.items():
            attribute = attributes[feature_hash]
            if attribute.parent_attribute is not None and not self._is_open(attribute):
                self._warnings.add(f"answer to a nested attribute whose option is not chosen: {feature_hash}")
                continue
            if attribute.answer_type != "checklist":
                row = render_single(attribute, value)
                append((label_hash, kind, owner_hash, "root", feature_hash, 0, *row, None, None))
                continue
            rendered = render(attribute, value)
            if not rendered and not self._is_object:
                rendered = [EMPTY_ROW]  # here the SDK distinguishes an emptied checklist from an unanswered one
            for position, row in enumerate(rendered):
                append((label_hash, kind, owner_hash, "root", feature_hash, position, *row, None, None))
        for attribute, space_id, spans in self._dynamic.spans():
            position, feature_hash = 0, attribute.feature_hash
            for value, start, end in spans:
                rendered = render(attribute, value)
                for row in rendered:
                    append((label_hash, kind, owner_hash, space_id, feature_hash, position, *row, start, end))
                    position += 1
                if frame_count and not 0 <= start <= end < frame_count:
                    beyond += len(rendered)
        return beyond
