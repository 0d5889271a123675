"""Extents: x_min to y_max hold the shape, touch it on all sides, and are NULL where there is no shape in 2-D."""

import pytest
from encord.constants.enums import DataType
from encord.objects import LabelRowV2
from encord.objects.coordinates import Coordinates
from encord.objects.spaces.html_space import HTMLSpace
from encord.objects.spaces.range_space.range_space import RangeSpace
from hypothesis import given
from hypothesis import strategies as st

from connector.normalise.label_rows.bundle import normalise_label_rows
from connector.normalise.ontology import Ontology
from tests.parity.budget import parity_settings
from tests.parity.comparison import SCHEMAS
from tests.parity.oracle_extents import Extent, extent_of
from tests.parity.raw_rows import GeneratedRow, Size
from tests.parity.rows_on_frames import rows_on_frames
from tests.parity.rows_on_spaces import HEIGHT, WIDTH, rows_of_groups
from tests.parity.sdk_row import load_sdk_row

Drawn = dict[tuple[str, str, int], tuple[Coordinates, Size]]

ROWS: dict[str, st.SearchStrategy[GeneratedRow]] = {
    **{data_type: rows_on_frames(data_type) for data_type in ("video", "image", "img_group", "dicom")},
    "group": rows_of_groups(),
}


@pytest.mark.parametrize("kind", ROWS)
def test_extents_are_those_of_the_outline(kind: str) -> None:
    @parity_settings(0.5)
    @given(ROWS[kind])
    def same(generated: GeneratedRow) -> None:
        bundle = normalise_label_rows(
            [(generated.entry, generated.labels)],
            Ontology.from_structure(generated.editor),
            SCHEMAS,
            project_hash="project",
        )
        said = {
            (row["object_hash"], row["space_id"], row["frame"]): tuple(
                row[name] for name in ("x_min", "y_min", "x_max", "y_max")
            )
            for row in bundle.tables["object_annotation"].to_pylist()
        }
        drawn = _drawn(load_sdk_row(*generated))
        assert drawn.keys() <= said.keys()
        for key, (coordinates, size) in drawn.items():
            _assert_close(said[key], extent_of(coordinates, size), coordinates)

    same()


def _assert_close(said: tuple[float | None, ...], expected: Extent | None, coordinates: Coordinates) -> None:
    if expected is None:
        assert said == (None,) * 4, coordinates
    else:
        # A thousand steps around a circle miss its outermost point by less than 1e-5 of its size.
        assert said == pytest.approx(expected, rel=1e-4, abs=2e-4), coordinates


def _drawn(row: LabelRowV2) -> Drawn:
    drawn: Drawn = {}
    for instance in row.get_object_instances():
        for annotation in instance.get_annotations():
            view = row.get_frame_view(annotation.frame)
            drawn[instance.object_hash, "root", annotation.frame] = (
                annotation.coordinates,
                Size(view.width, view.height),
            )
    for space in row.get_spaces() if row.data_type == DataType.GROUP else ():
        if not isinstance(space, RangeSpace | HTMLSpace) and space.metadata.file_name.rpartition(".")[2] != "pdf":
            for annotation in space.get_annotations("object"):
                key = annotation.object_hash, space.space_id, annotation.frame
                drawn[key] = annotation.coordinates, Size(WIDTH, HEIGHT)
    return drawn
