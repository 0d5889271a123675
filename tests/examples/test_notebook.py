"""The notebook runs, its four ways give one answer, and it says so if one of them does not."""

from pathlib import Path

import pytest

from tests.examples.conftest import Sample
from tests.examples.starter import copied, program, run, succeeded

pytestmark = [pytest.mark.examples, pytest.mark.timeout(900)]


def test_four_ways_give_one_answer(sample: Sample, tmp_path: Path) -> None:
    folder = copied("notebook", tmp_path)
    succeeded(program("notebook", "marimo"), "check", "--strict", "labels.py", folder=folder)
    python = program("notebook", "python")
    printed = succeeded(python, "labels.py", folder=folder, ENCORD_LABELS=str(sample.file))
    classes = "SELECT count(DISTINCT object_name) FROM object_on_frame WHERE ontology_shape = 'bounding_box'"
    [(classes_on_frames,)] = sample.rows("duckdb", f"{classes} AND branch_name = 'main'")
    assert f"alike: {classes_on_frames} classes" in printed

    notebook = folder / "labels.py"
    otherwise = notebook.read_text(encoding="utf-8").replace("width_pixels.mean()", "width_pixels.max()")
    notebook.write_text(otherwise, encoding="utf-8")
    done = run(python, "labels.py", folder=folder, ENCORD_LABELS=str(sample.file))
    assert done.returncode != 0
    assert "AssertionError" in done.stderr
