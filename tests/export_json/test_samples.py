"""Real label rows: the SDK reads what the export writes as it reads what Encord sent."""

from typing import Any

import pytest

from tests.export_json.round_trip import exported
from tests.export_json.sdk_comparison import assert_same_model
from tests.parity.legacy import in_todays_form
from tests.parity.samples import SAMPLES, Sample, samples
from tests.parity.sdk_row import load_sdk_row

FOUND = samples()

pytestmark = pytest.mark.skipif(not FOUND, reason=f"no samples beside the repository ({SAMPLES.name})")


@pytest.mark.parametrize("sample", [pytest.param(sample, id=sample.name) for sample in FOUND])
def test_every_sample_reads_the_same_after_its_export(sample: Sample) -> None:
    [again] = exported([(sample.entry, sample.labels)], sample.editor)
    row = load_sdk_row(sample.entry, again, sample.editor)
    stamp = f"{load_sdk_row(sample.entry, sample.labels, sample.editor).created_at:%Y-%m-%d %H:%M:%S}"
    assert f"{row.created_at:%Y-%m-%d %H:%M:%S}" == stamp
    # Classifications of before 2026 are exported in today's form, in which alone the SDK finds them.
    labels = in_todays_form(sample.labels) if sample.name.startswith("image-legacy") else sample.labels
    assert_same_model(sample.entry, _with_unit_of_row(labels), again, sample.editor)


def _with_unit_of_row(labels: dict[str, Any]) -> dict[str, Any]:
    """The label row with its only data unit under the row's own hash and title, as Encord has them.

    Some of the SDK's test rows, which the samples are, give it others.
    """
    if labels["data_type"] == "img_group":
        return labels
    [unit] = labels["data_units"].values()
    own = {**unit, "data_hash": labels["data_hash"], "data_title": labels["data_title"]}
    return {**labels, "data_units": {labels["data_hash"]: own}}
