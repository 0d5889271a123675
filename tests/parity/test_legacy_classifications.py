"""Generated rows in the form of before 2026: classifications on the frames' lists read as their modern form would."""

from collections.abc import Iterator
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parity.budget import parity_settings
from tests.parity.comparison import normalised_facts
from tests.parity.drawn_metadata import PEOPLE
from tests.parity.facts import differences
from tests.parity.legacy import MOVED, in_todays_form
from tests.parity.oracle import sdk_facts
from tests.parity.perturbations import shuffle_keys
from tests.parity.raw_rows import GeneratedRow, Raw
from tests.parity.rows_on_frames import rows_on_frames
from tests.parity.sdk_row import load_sdk_row


@st.composite
def rows_before_2026(draw: st.DrawFn, data_type: str) -> GeneratedRow:
    """Label rows whose classifications that are not global lie on the frames' lists, some or all of them."""
    row = draw(rows_on_frames(data_type))
    labels = deepcopy(row.labels)
    global_classes = {part["featureNodeHash"] for part in row.editor["classifications"] if "level" in part}
    for answer in labels["classification_answers"].values():
        if answer["featureHash"] in global_classes or draw(st.sampled_from([False, False, True])):
            continue
        for start, end in answer["range"]:
            for frame in range(start, end + 1):
                entry = {
                    "classificationHash": answer["classificationHash"],
                    "name": "As it was called then",
                    "value": "as_it_was_called_then",
                    **{name: answer[name] for name in MOVED},
                    # Every frame has an editor of its own.
                    "lastEditedBy": draw(PEOPLE),
                }
                _blob_of(labels, frame)["classifications"].append(entry)
        # Some rows kept the class with the answers; none kept ranges or metadata there.
        dropped = {*MOVED, "range"} - ({"featureHash"} if draw(st.booleans()) else set())
        for name in dropped:
            answer.pop(name)
    shuffle_keys(draw, labels)
    return row._replace(labels=labels)


def _blob_of(labels: Raw, frame: int) -> Raw:
    blobs = next(_blobs_of(labels, frame))
    blobs.setdefault("objects", [])
    blobs.setdefault("classifications", [])
    return blobs


def _blobs_of(labels: Raw, frame: int) -> Iterator[Raw]:
    for unit in labels["data_units"].values():
        if labels["data_type"] not in {"image", "img_group"}:
            yield unit["labels"].setdefault(str(frame), {})
        elif int(unit["data_sequence"]) == frame:
            yield unit["labels"]


@pytest.mark.parametrize("data_type", ["video", "image", "img_group", "dicom"])
def test_legacy_rows_read_as_their_modern_form(data_type: str) -> None:
    """Declared extension (trap 19). Of metadata that differs from frame to frame, the first frame's stands."""

    @parity_settings(0.5)
    @given(rows_before_2026(data_type))
    def same(row: GeneratedRow) -> None:
        modern = in_todays_form(row.labels)
        expected = sdk_facts(load_sdk_row(row.entry, modern, row.editor), modern)
        [actual] = normalised_facts([(row.entry, row.labels)], row.editor)
        found = differences(expected, actual)
        assert not found, "\n".join(found)

    same()
