"""Which of Encord's texts are ids, and the check of them when they arrive.

An id ends up in keys, in queries and in names of files. If a text is not an id, its label row, listing entry or
ontology fails, with a message that names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from connector.errors import FormatError

_LETTERS_AND_DIGITS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class IdKind:
    """What an id of a kind looks like.

    Attributes:
        name: what messages call it.
        usual: the bytes that nearly all of them consist of; a text of only these need not be matched with `pattern`.
        pattern: the pattern that all of them match (RE2).
        longest: the greatest length in bytes.
        may_be_empty: whether a text may be empty, which means no id.
    """

    name: str
    usual: bytes
    pattern: str
    longest: int
    may_be_empty: bool = False

    def are_all(self, column: pa.Array) -> bool:
        """Whether each value of a column is such an id or NULL.

        The bytes of all values are checked at once, which is fast.
        """
        column = column.drop_null()
        lengths = pc.binary_length(column)
        if self.may_be_empty:
            column = column.filter(pc.not_equal(lengths, 0))
        if not len(column):
            return True
        extremes = pc.min_max(lengths)
        if (not self.may_be_empty and not extremes["min"].as_py()) or extremes["max"].as_py() > self.longest:
            return False
        if not bytes(column.buffers()[2]).translate(None, self.usual):
            return True
        return bool(pc.all(pc.match_substring_regex(column, self.pattern)).as_py())

    def is_one(self, text: str) -> bool:
        """Whether a text is such an id; an empty one never is."""
        try:
            is_usual = not text.encode().translate(None, self.usual)
        except UnicodeEncodeError:  # half of a surrogate pair
            return False
        if not text or is_usual:
            return 0 < len(text) <= self.longest
        return self.are_all(pa.array([text], pa.string()))


NAME = IdKind(
    "an id",
    _LETTERS_AND_DIGITS + b"-_",
    r"^[0-9A-Za-z_+=@~-][0-9A-Za-z_.+=@~-]*$",
    200,
)
"""Usually a UUID, or a DICOM UID. It can be a file name: it has no slash or blank, and no dot at its beginning."""

NAME_OR_NONE = replace(NAME, may_be_empty=True)
"""The id of something that not every data unit, task or frame has."""

HASH = IdKind(
    "a hash",
    _LETTERS_AND_DIGITS + b"+/=-_",
    r"^\.?(?:[\p{L}\p{N}\p{M}+/=_:#@~,()-]\.?)+$",
    200,
)
"""Usually eight characters of base64, which include `/` and `+`; the SDK lets people choose others."""

PART = IdKind(
    "the id of a part",
    _LETTERS_AND_DIGITS + b"+/=-_.: @#",
    r"^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$",
    2_000,
)
"""The id of a space: in a scene the path or address of a file, or the name of a channel; elsewhere a NAME."""

FIRST_NAMED: Mapping[str, Mapping[str, IdKind]] = {
    "project": {"project_hash": NAME, "ontology_hash": NAME_OR_NONE},
    "workflow_stage": {"stage_uuid": NAME},
    "ontology_class": {"feature_hash": HASH},
    "ontology_attribute": {"feature_hash": HASH},
    "ontology_option": {"feature_hash": HASH},
    "data_unit": {
        "data_hash": NAME,
        "dataset_hash": NAME,
        "data_type": NAME,
        "group_hash": NAME_OR_NONE,
        "backing_item_uuid": NAME_OR_NONE,
    },
    "label_row": {
        "data_hash": NAME,
        "label_hash": NAME,
        "workflow_stage_uuid": NAME_OR_NONE,
        "task_uuid": NAME_OR_NONE,
    },
    "data_frame": {"image_hash": NAME_OR_NONE, "dicom_instance_uid": NAME_OR_NONE},
    "data_space": {"space_id": PART},
    "object_instance": {"object_hash": HASH, "feature_hash": HASH},
    "classification_instance": {"classification_hash": HASH, "feature_hash": HASH},
    "classification_range": {"space_id": PART},
    "attribute_answer": {"space_id": PART},
}
"""Table → the columns that name an id for the first time. All other columns repeat one of these."""


class NotAnIdError(FormatError):
    """A text is not an id; the message names the column, not the text, which may come from a label."""

    def __init__(self, column: str, kind: IdKind) -> None:
        super().__init__(f"is text that is not {kind.name}", (column,))


def require_ids(table: str, column: str, values: pa.Array) -> None:
    """Check that a column holds only ids, if it is one that names them.

    Raises:
        NotAnIdError: it holds another text.
    """
    kind = FIRST_NAMED.get(table, {}).get(column)
    if kind is not None and not kind.are_all(values):
        raise NotAnIdError(column, kind)
