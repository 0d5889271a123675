"""Classifications → classification_answers: where each is, who made it, and its answers."""

import pyarrow as pa

from connector.export.label_rows.encord_dict.answer_lists import ROOT, static_answers
from connector.export.label_rows.encord_dict.label_contents import LabelContents
from connector.export.label_rows.encord_dict.records import METADATA_COLUMNS, JsonObject, metadata_keys, records


def classification_answers(instances: pa.Table, ranges: pa.Table, contents: LabelContents) -> dict[str, JsonObject]:
    """The entry of each classification.

    A classification from before 2026, which Encord kept on the frames, is written in today's form too.

    Args:
        instances: classification_instance of one label row.
        ranges: classification_range of it, by position within classification and space.
        contents: the label row.
    """
    places: dict[str, dict[str, list[list[int]]]] = {}
    for classification_hash, space_id, start, end in records(
        ranges, "classification_hash", "space_id", "frame_start", "frame_end"
    ):
        held = places.setdefault(classification_hash, {}).setdefault(space_id, [])
        if start is not None:  # no range at all means that it applies to the whole
            held.append([start, end])
    found = {}
    for classification_hash, feature_hash, *metadata in records(
        instances, "classification_hash", "feature_hash", *METADATA_COLUMNS
    ):
        held_on = places.get(classification_hash, {})
        answers = contents.answers.get(("classification", classification_hash))
        found[classification_hash] = {
            "classifications": static_answers(answers, feature_hash, contents.names),
            "classificationHash": classification_hash,
            "featureHash": feature_hash,
            "spaces": {
                space_id: {
                    "range": held,
                    "type": "html" if contents.space_type(space_id) == "html" else "frame",
                }
                for space_id, held in held_on.items()
                if space_id != ROOT
            },
            "range": held_on.get(ROOT, []),
            **metadata_keys(contents.times, *metadata),
        }
    return found
