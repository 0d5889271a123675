"""A label row that is read frame by frame and written part by part comes to the very rows of one read whole."""

from typing import Any

import msgspec
import orjson
import pyarrow as pa
import pytest
from hypothesis import given

from connector.errors import ConnectorError, ErrorKind
from connector.normalise.label_rows.bundle import normalise_in_parts, normalise_label_rows
from connector.normalise.ontology import Ontology
from connector.sample import build_sample_world
from connector.source.answers.answer_body import AnswerBody
from connector.source.label_rows import lazy_labels
from connector.source.label_rows.fetched import FetchedLabelRow
from tests.normalise import golden_files
from tests.normalise.rows import SCHEMAS
from tests.normalise.test_bad_rows import BREAKS, EDITOR, good
from tests.parity.budget import parity_settings
from tests.parity.perturbations import rows_as_sent
from tests.parity.raw_rows import GeneratedRow
from tests.parity.samples import samples
from tests.parity.test_generated import ROWS

pytestmark = pytest.mark.filterwarnings("ignore:_remove_from_frame_to_hashes_map:DeprecationWarning")
"""The SDK's own events call a method that the SDK deprecated."""


@pytest.fixture(autouse=True, scope="module")
def _take_everything_apart() -> Any:  # noqa: ANN401 - a generator fixture
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lazy_labels, "ANSWERS_WHOLE_BYTES", 0)
        yield


def taken_apart(labels: dict[str, Any]) -> FetchedLabelRow:
    """The row as fetched, as if it were a large one."""
    body = AnswerBody(bytearray(orjson.dumps(labels)))
    raw = msgspec.json.decode(body.content, type=msgspec.Raw)
    return FetchedLabelRow(str(labels.get("label_hash")), raw, body, whole_bytes=0)


def in_parts(
    entry: dict[str, Any], labels: dict[str, Any], editor: dict[str, Any], part_rows: int
) -> tuple[dict[str, pa.Table], pa.Table, str, int]:
    """The tables, the facts, the content hash, and the number of parts."""
    row = taken_apart(labels)
    parts: list[dict[str, pa.Table]] = []
    facts = normalise_in_parts(
        (entry, row.labels),
        Ontology.from_structure(editor),
        SCHEMAS,
        parts.append,
        project_hash="project-hash",
        part_rows=part_rows,
    )
    tables = {name: pa.concat_tables([part[name] for part in parts]) for name in parts[0]}
    return tables, facts, row.content_hash(), len(parts)


def assert_same(entry: dict[str, Any], labels: dict[str, Any], editor: dict[str, Any]) -> int:
    """Compare both ways cell by cell; returns how many parts there were at most."""
    whole = normalise_label_rows(
        [(entry, labels)], Ontology.from_structure(editor), SCHEMAS, project_hash="project-hash"
    )
    count = 0
    for part_rows in (1, 3):
        if whole.failures:
            with pytest.raises(ConnectorError) as failed:
                in_parts(entry, labels, editor, part_rows)
            assert failed.value.kind is ErrorKind.SOURCE_CONTENT
            continue
        tables, facts, fingerprint, parts = in_parts(entry, labels, editor, part_rows)
        for name, table in whole.tables.items():
            assert tables[name].equals(table), name
        assert facts.equals(whole.facts)
        assert fingerprint == taken_apart(labels).content_hash(), "the same whether it is gone through or not"
        count = max(count, parts)
    return count


def test_every_golden_row() -> None:
    parts = [assert_same(entry, labels, golden_files.structure()) for entry, labels in golden_files.label_rows()]
    assert max(parts) > 3


def test_every_real_row() -> None:
    for sample in samples():
        assert_same(sample.entry, sample.labels, sample.editor)


def test_every_row_of_the_sample_project() -> None:
    world = build_sample_world()
    project = world.projects[world.project_hash]
    parts = [
        assert_same(row.metadata, row.labels, project.editor)
        for row in (project.row(label_hash) for label_hash in project.label_hashes)
    ]
    assert max(parts) > 10
    assert len(parts) > 10


def test_frames_of_drawn_objects_make_parts_and_mix_with_others() -> None:
    row = good("row-1")
    (unit,) = row["data_units"].values()
    item = unit["labels"]["0"]["objects"][0]
    for frame in range(20):
        unit["labels"][str(frame)] = {"objects": [item], "classifications": []}
    entry = {"label_hash": "row-1", "data_hash": "data-1", "branch_name": "main", "number_of_frames": 100}
    assert assert_same(entry, row, EDITOR) >= 20, "one a frame"
    # A shape that no record fits is read as a dict, between frames that are not.
    for frame in (3, 4, 9):
        unit["labels"][str(frame)]["objects"] = [{**item, "shape": "blob"}]
    assert assert_same(entry, row, EDITOR) >= 20


@pytest.mark.parametrize("kind", ROWS)
def test_generated_rows_as_servers_send_them(kind: str) -> None:
    @parity_settings(0.05)
    @given(rows_as_sent(ROWS[kind]))
    def same(row: GeneratedRow) -> None:
        assert_same(*row)

    same()


@pytest.mark.parametrize("break_row", BREAKS)
def test_a_row_that_cannot_be_read_fails_in_parts_too(break_row: Any) -> None:  # noqa: ANN401 - one of BREAKS
    bad = good("row-1")
    break_row(bad)
    entry = {"label_hash": "row-1", "data_hash": "data-1", "branch_name": "main", "number_of_frames": 100}
    with pytest.raises(ConnectorError, match="row-1") as failed:
        in_parts(entry, bad, EDITOR, 1)
    assert failed.value.kind is ErrorKind.SOURCE_CONTENT
