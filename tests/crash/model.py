"""What a warehouse must hold, in plain Python: kept beside the server, edit by edit, and by no code of the product."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Box = tuple[float, float, float, float]
Facts = dict[str, set[tuple[Any, ...]]]
"""By subject, what is so: tuples of hashes, numbers and names."""


@dataclass
class ModelObject:
    """An object: its class, its box (x, y, width, height) on each frame, its answers by attribute."""

    feature_hash: str
    boxes: dict[int, Box]
    answers: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)


@dataclass
class ModelRow:
    """A data unit on a branch.

    Attributes:
        label_hash: None while nobody has opened it.
        objects: by object hash.
        classifications: by classification hash: class, question and option.
    """

    label_hash: str | None
    priority: float = 0.5
    objects: dict[str, ModelObject] = field(default_factory=dict)
    classifications: dict[str, tuple[str, str, str]] = field(default_factory=dict)


class Model:
    """A project.

    Attributes:
        rows: by data hash and branch.
        class_names: names of classes by feature hash.
        archived: feature hashes of what is archived: its labels are not served.
        seen: (data hash, branch) of all rows that a finished sync has found.
        passed: by label hash, every state that the label row has had, as the server would serve it.
    """

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], ModelRow] = {}
        self.class_names: dict[str, str] = {}
        self.archived: set[str] = set()
        self.seen: set[tuple[str, str]] = set()
        self.passed: dict[str, set[frozenset[tuple[Any, ...]]]] = {}

    def opened(self) -> list[tuple[tuple[str, str], ModelRow]]:
        """The rows that have a label hash, sorted."""
        return sorted((item for item in self.rows.items() if item[1].label_hash), key=lambda item: item[0])

    def drawn(self) -> list[tuple[ModelRow, str]]:
        """Label rows and an object each, of the classes that are served, sorted."""
        return [
            (row, object_hash)
            for _, row in self.opened()
            for object_hash in sorted(row.objects)
            if row.objects[object_hash].feature_hash not in self.archived
        ]

    def remember(self) -> None:
        """Note the present state of every label row, after each edit."""
        for _, row in self.opened():
            self.passed.setdefault(str(row.label_hash), set()).add(frozenset(self._labels(row)))

    def synced(self) -> None:
        """Note that a sync has finished."""
        self.seen |= set(self.rows)

    def facts(self) -> Facts:
        """All that must be so after a sync."""
        labels: set[tuple[Any, ...]] = set()
        for row in self.rows.values():
            labels |= self._labels(row)
        return {
            "row": {
                (data_hash, branch, row.label_hash, row.priority, *self._counts(row))
                for (data_hash, branch), row in self.rows.items()
            },
            "deleted": self.seen - set(self.rows),
            "class": {(known, name, known in self.archived) for known, name in self.class_names.items()},
            **of_labels(labels),
        }

    def _counts(self, row: ModelRow) -> tuple[int | None, ...]:
        if row.label_hash is None:
            return None, None, None
        labels = self._labels(row)
        return tuple(sum(fact[0] == kind for fact in labels) for kind in ("object", "box", "classification"))

    def _labels(self, row: ModelRow) -> set[tuple[Any, ...]]:
        found: set[tuple[Any, ...]] = set()
        for object_hash, known in row.objects.items():
            if known.feature_hash in self.archived:
                continue
            found.add(("object", row.label_hash, object_hash, known.feature_hash))
            found |= {("box", row.label_hash, object_hash, frame, *box) for frame, box in known.boxes.items()}
            found |= self._answers(row, object_hash, known.answers.items())
        for classification_hash, (feature_hash, question, option) in row.classifications.items():
            if feature_hash not in self.archived:
                found.add(("classification", row.label_hash, classification_hash, feature_hash))
                found |= self._answers(row, classification_hash, [(question, (option, None))])
        return found

    def _answers(
        self, row: ModelRow, owner_hash: str, answers: Iterable[tuple[str, tuple[str | None, str | None]]]
    ) -> set[tuple[Any, ...]]:
        return {
            ("answer", row.label_hash, owner_hash, attribute, *answer)
            for attribute, answer in answers
            if attribute not in self.archived
        }


def of_labels(labels: Iterable[tuple[Any, ...]]) -> Facts:
    """Facts about labels by what they are about."""
    facts: Facts = {kind: set() for kind in ("object", "box", "answer", "classification")}
    for fact in labels:
        facts[fact[0]].add(fact)
    return facts
