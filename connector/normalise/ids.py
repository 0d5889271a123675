"""Which texts of Encord's are ids, and the check of them where they come in.

An id ends up in keys, in lines of a query and in the names of files. Text that is none fails its label row, its entry
of the listing or its ontology, by name.
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
        usual: the bytes that nearly all of them are made of; text of these alone needs no look at `pattern`.
        pattern: what every one of them matches (RE2).
        longest: in bytes.
        may_be_empty: whether an empty text stands for none.
    """

    name: str
    usual: bytes
    pattern: str
    longest: int
    may_be_empty: bool = False

    def are_all(self, column: pa.Array) -> bool:
        """Whether each text of a column is such an id; NULL is as good.

        The bytes of all values are looked through at once: a million UUIDs take a few hundredths of a second.
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
"""A UUID as a rule, or a DICOM UID. It can be the name of a file: no slash, no blank, no dot at its beginning."""

NAME_OR_NONE = replace(NAME, may_be_empty=True)
"""Of what not every data unit, task or frame has."""

HASH = IdKind(
    "a hash",
    _LETTERS_AND_DIGITS + b"+/=-_",
    r"^\.?(?:[\p{L}\p{N}\p{M}+/=_:#@~,()-]\.?)+$",
    200,
)
"""Eight characters of base64 as a rule, `/` and `+` among them; the SDK lets people choose others."""

PART = IdKind(
    "the id of a part",
    _LETTERS_AND_DIGITS + b"+/=-_.: @#",
    r"^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$",
    2_000,
)
"""A space. Of a scene it is the path or address of a file or the name of a channel; elsewhere it is a NAME as well."""

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
"""Table → the columns in which an id is named for the first time. All others repeat one of these."""


class NotAnIdError(FormatError):
    """A text where an id belongs; the message names the column, not the text, which may be a label's."""

    def __init__(self, column: str, kind: IdKind) -> None:
        super().__init__(f"is text that is not {kind.name}", (column,))


def require_ids(table: str, column: str, values: pa.Array) -> None:
    """See that a column of a table holds nothing but ids, if it is one that names them.

    Raises:
        NotAnIdError: it holds another text.
    """
    kind = FIRST_NAMED.get(table, {}).get(column)
    if kind is not None and not kind.are_all(values):
        raise NotAnIdError(column, kind)
