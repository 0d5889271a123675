"""The training set of a mark: both sides of the split, the same bytes again, and the delta of what the demo edits."""

import csv
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.examples.conftest import MARK, Sample
from tests.examples.starter import EXAMPLES, run, succeeded

pytestmark = [pytest.mark.examples, pytest.mark.timeout(900)]

SCRIPT = EXAMPLES / "training-sets" / "training_set.py"
EDITED = {
    "barn-east-001.mp4": ("changed", "1"),  # a cow was moved
    "barn-north-night.mp4": ("added", "1"),  # opened for the first time, with one cow
    "pasture-01.jpg": ("removed", "9"),
}
"""What the demo's edits did to labels of main."""


def written(folder: Path, side: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads((folder / f"{side}.json").read_text(encoding="utf-8"))


def units(document: Any) -> set[str]:  # noqa: ANN401 - JSON
    return {Path(image["file_name"]).parts[1].split(".")[0] for image in document["images"]}


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"])
def test_two_sides_the_same_again_and_what_changed_since(sample: Sample, tmp_path: Path, engine: str) -> None:
    url = sample.url(engine)
    for folder in ("once", "again"):
        succeeded(
            *(sys.executable, SCRIPT, MARK, "--since", MARK, "--warehouse", url, "--out", folder), folder=tmp_path
        )
    once = tmp_path / "once"
    for file in ("train.json", "validation.json", "delta.csv"):
        assert (once / file).read_bytes() == (tmp_path / "again" / file).read_bytes()
    train, validation = units(written(once, "train")), units(written(once, "validation"))
    assert train
    assert validation
    assert train & validation == set()
    succeeded("encord-sync", "export", "coco", "--as-of", MARK, "--warehouse", url, folder=tmp_path)
    assert train | validation == units(written(tmp_path, "coco"))
    with (once / "delta.csv").open(encoding="utf-8", newline="") as delta:
        rows = list(csv.DictReader(delta))
    assert {row["data_title"]: (row["change"], row["n_changes"]) for row in rows} == EDITED
    for row in rows:
        if row["change"] != "added":
            assert (row["data_hash"] in validation) == (row["split"] == "validation"), row


def test_a_mark_that_is_not_there_is_told(sample: Sample, tmp_path: Path) -> None:
    arguments = (MARK, "--since", "no-such-mark", "--warehouse", sample.url("duckdb"))
    done = run(sys.executable, SCRIPT, *arguments, folder=tmp_path)
    assert done.returncode == 1
    assert "There is no mark no-such-mark" in done.stderr
