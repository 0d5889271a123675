"""What the normaliser needs to know about an ontology: classes, attributes, options and how they nest.

It reads the raw `editor` dict and keeps its words as they are, so that an ontology which this SDK cannot load (a new
shape, a new kind of answer) can still be used.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from connector.errors import ConnectorError, ErrorKind
from connector.normalise.ids import NotAnIdError


@dataclass(frozen=True, slots=True)
class OntologyAttribute:
    """A question of a class.

    Attributes:
        feature_hash: its id; unique only within its class.
        answer_type: radio, checklist, text or numeric, or a word that is unknown here.
        is_dynamic: whether the answer may differ from frame to frame; true only for top-level attributes.
        parent_attribute: the radio attribute that opens this one; None at the top.
        parent_option: the option of that attribute that opens this one; None at the top.
        options: the hashes of its own options.
    """

    feature_hash: str
    answer_type: str
    is_dynamic: bool
    parent_attribute: str | None
    parent_option: str | None
    options: frozenset[str]


@dataclass(frozen=True, slots=True)
class OntologyClass:
    """A class of objects or classifications.

    Attributes:
        feature_hash: its id, unique within the ontology.
        shape: the shape of an object class; None for classifications.
        is_global: true for a classification of a whole data unit.
        attributes: its questions, nested ones too, hash → attribute, parents before children.
    """

    feature_hash: str
    shape: str | None
    is_global: bool
    attributes: Mapping[str, OntologyAttribute] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ontology:
    """An ontology's classes by feature hash, and the hash of its structure.

    Attributes:
        has_bitmasks: whether objects of some class are bitmasks.
    """

    objects: Mapping[str, OntologyClass]
    classifications: Mapping[str, OntologyClass]
    content_hash: str
    has_bitmasks: bool

    @classmethod
    def from_structure(cls, editor: Mapping[str, Any]) -> "Ontology":
        """Read the `editor` dict of an ontology answer. Unknown shapes and answer types never raise.

        Raises:
            ConnectorError: SOURCE_CONTENT, if a class, attribute or option has no feature hash or is not an object.
        """
        try:
            objects = [_read_class(item, is_object=True) for item in dicts(editor, "objects")]
            classifications = [_read_class(item, is_object=False) for item in dicts(editor, "classifications")]
            content_hash = structure_hash(editor)
        except UNREADABLE_STRUCTURE as error:
            raise unreadable_structure("the ontology", error) from error
        return cls(
            {item.feature_hash: item for item in objects},
            {item.feature_hash: item for item in classifications},
            content_hash,
            any(item.shape == "bitmask" for item in objects),
        )


UNREADABLE_STRUCTURE = (KeyError, TypeError, AttributeError, ValueError)
"""What reading a structure raises if it breaks Encord's format."""


def unreadable_structure(subject: str, error: Exception) -> ConnectorError:
    """The failure of an ontology or project that breaks Encord's format; holds no text that a person typed."""
    if isinstance(error, NotAnIdError):
        detail = str(error)
    else:
        detail = f"missing {error.args[0]}" if isinstance(error, KeyError) and error.args else type(error).__name__
    return ConnectorError(
        ErrorKind.SOURCE_CONTENT,
        f"{subject} is not of Encord's format ({detail}).",
        remedy="Look at it in Encord; if it opens there, please report this with the version of encord-sync.",
    )


def structure_hash(editor: Mapping[str, Any]) -> str:
    """SHA-256 of the structure, whatever the order of keys in it."""
    return hashlib.sha256(orjson.dumps(editor, option=orjson.OPT_SORT_KEYS)).hexdigest()


def dicts(parent: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    """The list of dicts under a key; empty if the key is missing or null."""
    return parent.get(key) or ()


def is_global_classification(item: Mapping[str, Any]) -> bool:
    """Whether a classification of the raw structure applies to whole data units."""
    return str(item.get("level") or "").lower() == "global"


@dataclass(frozen=True, slots=True)
class RawAttribute:
    """An attribute of the raw structure and its place in it.

    Attributes:
        item: its raw dict.
        parent_attribute: the attribute whose option opens it; None at the top.
        parent_option: that option; None at the top.
        depth: 0 at the top.
        position: its place among its siblings.
    """

    item: Mapping[str, Any]
    parent_attribute: str | None
    parent_option: str | None
    depth: int
    position: int


def walk_attributes(
    attributes: Sequence[Mapping[str, Any]],
    parent_attribute: str | None = None,
    parent_option: str | None = None,
    depth: int = 0,
) -> Iterator[RawAttribute]:
    """All attributes, nested ones too, parents before children. Encord calls the attributes of an option `options`."""
    for position, item in enumerate(attributes):
        yield RawAttribute(item, parent_attribute, parent_option, depth, position)
        for option in dicts(item, "options"):
            yield from walk_attributes(
                dicts(option, "options"), item["featureNodeHash"], option["featureNodeHash"], depth + 1
            )


def _read_class(item: Mapping[str, Any], *, is_object: bool) -> OntologyClass:
    attributes: dict[str, OntologyAttribute] = {}
    for raw in walk_attributes(dicts(item, "attributes")):
        feature_hash = raw.item["featureNodeHash"]
        attribute = OntologyAttribute(
            feature_hash=feature_hash,
            answer_type=str(raw.item.get("type")),
            is_dynamic=bool(raw.item.get("dynamic")),
            parent_attribute=raw.parent_attribute,
            parent_option=raw.parent_option,
            options=frozenset(option["featureNodeHash"] for option in dicts(raw.item, "options")),
        )
        # If two attributes have the same hash, the SDK finds the first one.
        attributes.setdefault(feature_hash, attribute)
    shape = item.get("shape") if is_object else None
    return OntologyClass(
        feature_hash=item["featureNodeHash"],
        shape=None if shape is None else str(shape),
        is_global=not is_object and is_global_classification(item),
        attributes=attributes,
    )
