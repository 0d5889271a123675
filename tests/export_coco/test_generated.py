"""Generated label rows of every kind of picture: the export says what the SDK's exporter does, its faults mended."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from encord.objects import OntologyStructure
from hypothesis import given

from connector.export.coco.annotations import export_coco
from connector.export.coco.chosen_label_rows import CocoWanted
from connector.load.questions.reading import open_for_reading
from connector.process.interruption import Interruption
from tests.export_coco.comparison import differences
from tests.export_coco.evaluation import keypoint_evaluations, self_evaluation, written_to
from tests.export_coco.generated_warehouse import project_of, write_warehouse
from tests.export_coco.sdk_exporter import Coco, mended_coco
from tests.parity.budget import parity_settings
from tests.parity.raw_rows import GeneratedRow
from tests.parity.rows_on_frames import rows_on_frames
from tests.parity.samples import samples
from tests.parity.sdk_row import load_sdk_row
from tests.sync.synced_warehouse import HeardReport

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
"""pycocotools was built for an older numpy."""

KINDS = ("video", "image", "img_group", "dicom", "nifti")


def drawn(kind: str) -> list[GeneratedRow]:
    """Some rows of a kind, the same ones each time."""
    rows: list[GeneratedRow] = []

    @parity_settings(0.06)
    @given(rows_on_frames(kind))
    def collect(row: GeneratedRow) -> None:
        # The views show no label of what is archived; Encord does not serve any.
        rows.append(row._replace(editor=nothing_archived(row.editor)))

    collect()
    return rows


def nothing_archived(structure: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same structure with every mark `archived` taken off."""
    if isinstance(structure, dict):
        return {name: name != "archived" and nothing_archived(value) for name, value in structure.items()}
    return [nothing_archived(entry) for entry in structure] if isinstance(structure, list) else structure


def sdk_labels(row: GeneratedRow) -> tuple[dict[str, Any], OntologyStructure]:
    """What the SDK reads and writes again of a row, with what it forgets, and the ontology."""
    sdk_row = load_sdk_row(row.entry, row.labels, row.editor)
    # U+0000 cannot be stored in PostgreSQL; on every engine U+FFFD stands in its place.
    labels = json.loads(json.dumps(sdk_row.to_encord_dict(), default=str).replace("\\u0000", "\\ufffd"))
    of_the_whole = {
        entry["featureNodeHash"] for entry in row.editor["classifications"] if entry.get("level") == "global"
    }
    for answer in labels["classification_answers"].values():
        if answer["featureHash"] in of_the_whole:
            answer["range"] = []  # ranges that a global classification is left with mean nothing
    for unit_hash, unit in labels["data_units"].items():
        if row.entry["data_type"] == "DICOM":
            blobs = row.labels["data_units"][unit_hash]["labels"]
            unit["slices"] = {frame: blob["metadata"] for frame, blob in blobs.items()}
        if row.entry["data_type"] == "NIFTI":
            unit["data_type"] = "application/nifti1"
    return labels, sdk_row.ontology_structure


def is_too_short_for_the_sdk(labels: dict[str, Any]) -> bool:
    """Whether a polygon has a ring of fewer than three corners, or a line one point: they end the SDK's export."""
    items = [
        item
        for unit in labels["data_units"].values()
        for blob in ([unit["labels"]] if "objects" in unit["labels"] else unit["labels"].values())
        for item in blob["objects"]
    ]
    rings = [ring for item in items for part in item.get("polygons") or [] for ring in part]
    return any(len(ring) < 6 for ring in rings) or any(
        len(item.get("polyline", "none")) == 1 and "z" not in item["polyline"]["0"] for item in items
    )


def assert_readable(document: Coco, path: Path) -> None:
    """Lets pycocotools make a mask of every annotation, and evaluate the file against itself to the end."""
    if not document["annotations"]:
        return
    coco = written_to(document, path)
    for annotation in coco.loadAnns(coco.getAnnIds()):
        image = coco.imgs[annotation["image_id"]]
        assert coco.annToMask(annotation).shape == (image["height"], image["width"])
    for kind in ("segm", "bbox"):
        self_evaluation(document, kind, path)
    scores = keypoint_evaluations(document, path)
    assert list(scores.values()) == pytest.approx([1.0] * len(scores))


def test_generated_rows(tmp_path: Path) -> None:
    rows = [row for kind in KINDS for row in drawn(kind)]
    url = write_warehouse(tmp_path / "labels.duckdb", rows)
    annotations = refused = 0
    with open_for_reading(url) as session:
        for number, row in enumerate(rows):
            out = BytesIO()
            wanted = CocoWanted(project_hash=project_of(number))
            written = export_coco(session, wanted, out, tmp_path, HeardReport(), Interruption())
            assert set(written.left_out) <= {"point", "polyline"}, "what is in 3-D"
            ours = orjson.loads(out.getvalue())
            assert_readable(ours, tmp_path / "coco.json")
            labels, ontology = sdk_labels(row)
            if is_too_short_for_the_sdk(labels):
                with pytest.raises(ValueError, match="linearring requires"):
                    mended_coco([labels], ontology)
                refused += 1
                continue
            theirs = mended_coco([labels], ontology)
            assert differences(ours, theirs) == [], (number, row)
            annotations += len(theirs["annotations"])
    assert annotations > 10
    assert refused < len(rows) / 2


@pytest.mark.skipif(not samples(), reason="no samples beside the repository")
def test_real_label_rows_are_readable(tmp_path: Path) -> None:
    rows = [GeneratedRow(sample.entry, sample.labels, sample.editor) for sample in samples()]
    url = write_warehouse(tmp_path / "labels.duckdb", rows)
    annotations = 0
    with open_for_reading(url) as session:
        for number in range(len(rows)):
            out = BytesIO()
            export_coco(
                session, CocoWanted(project_hash=project_of(number)), out, tmp_path, HeardReport(), Interruption()
            )
            document = orjson.loads(out.getvalue())
            assert_readable(document, tmp_path / "coco.json")
            annotations += len(document["annotations"])
    assert annotations > 20
