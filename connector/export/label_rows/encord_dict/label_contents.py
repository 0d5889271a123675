"""What every part of the writer needs to know about one label row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa

from connector.export.label_rows.encord_dict.answer_lists import Answers
from connector.export.label_rows.encord_dict.ontology_names import OntologyNames
from connector.export.label_rows.encord_dict.records import (
    METADATA_COLUMNS,
    JsonObject,
    TimeTexts,
    metadata_keys,
    records,
)

RANGE_DATA_TYPES = frozenset({"audio", "plain_text", "time_series"})
"""Kinds of data whose objects are on ranges of the label row itself."""


class ObjectInstance(NamedTuple):
    """An object of the label row.

    Attributes:
        metadata: who made it, with Encord's keys; only for objects on ranges.
    """

    object_hash: str
    feature_hash: str
    object_number: int | None
    shape: str | None
    metadata: JsonObject


@dataclass(slots=True)
class LabelContents:
    """One label row while its dict is made.

    Attributes:
        data_type: the kind of data, lower case, such as video.
        is_html: whether it is a text with HTML ranges.
        is_event_based: true for a continuous scene.
        objects: object hash → instance, sorted by hash.
        spaces: space id → its row of data_space, sorted by id.
        answers: see `Answers`.
        names: of the project's ontology.
        times: instants as text.
    """

    data_type: str
    is_html: bool
    is_event_based: bool
    objects: Mapping[str, ObjectInstance]
    spaces: Mapping[str, JsonObject]
    answers: Answers
    names: OntologyNames
    times: TimeTexts

    def labelled(self, instance: ObjectInstance) -> JsonObject:
        """The entries that every dict of an object has: name, color, value and featureHash."""
        return {**self.names.classes.get(instance.feature_hash, {}), "featureHash": instance.feature_hash}

    def space_type(self, space_id: str) -> str | None:
        """The kind of a space; None if it is unknown."""
        space = self.spaces.get(space_id)
        return None if space is None else space["space_type"]


def read_objects(table: pa.Table, times: TimeTexts) -> dict[str, ObjectInstance]:
    """The objects of one label row.

    Args:
        table: object_instance of one label row.
        times: instants as text.
    """
    return {
        object_hash: ObjectInstance(object_hash, feature_hash, number, shape, metadata_keys(times, *metadata))
        for object_hash, feature_hash, number, shape, *metadata in records(
            table, "object_hash", "feature_hash", "object_number", "shape", *METADATA_COLUMNS
        )
    }
