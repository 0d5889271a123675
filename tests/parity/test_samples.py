"""Real label rows: the tables say what the SDK's object model says of every one of them."""

import pytest

from tests.parity.comparison import assert_parity, normalised_facts
from tests.parity.facts import differences
from tests.parity.legacy import in_todays_form
from tests.parity.oracle import sdk_facts
from tests.parity.samples import SAMPLES, Sample, samples
from tests.parity.sdk_row import load_sdk_row

FOUND = samples()
LEGACY = "image-legacy-classifications"

pytestmark = pytest.mark.skipif(not FOUND, reason=f"no samples beside the repository ({SAMPLES.name})")


@pytest.mark.parametrize(
    "sample", [pytest.param(sample, id=sample.name) for sample in FOUND if not sample.name.startswith(LEGACY)]
)
def test_every_sample_reads_as_in_the_sdk(sample: Sample) -> None:
    assert_parity(sample.entry, sample.labels, sample.editor)


@pytest.mark.parametrize(
    "sample", [pytest.param(sample, id=sample.name) for sample in FOUND if sample.name.startswith(LEGACY)]
)
def test_legacy_sample_reads_as_its_modern_form_in_the_sdk(sample: Sample) -> None:
    """Declared extension (trap 19): the SDK finds no classification in such a row, the tables keep them."""
    assert not load_sdk_row(sample.entry, sample.labels, sample.editor).get_classification_instances()
    modern = in_todays_form(sample.labels)
    expected = sdk_facts(load_sdk_row(sample.entry, modern, sample.editor), modern)
    [actual] = normalised_facts([(sample.entry, sample.labels)], sample.editor)
    assert expected["classification"]
    found = differences(expected, actual)
    assert not found, "\n".join(found)
