"""The synced sample project, the SDK's label rows of it, and its COCO exports."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from encord import EncordUserClient
from encord.objects import LabelRowV2, OntologyStructure

from connector.export.coco.chosen_label_rows import CocoWanted
from connector.export.coco.written_file import write_coco
from connector.process.interruption import Interruption
from connector.sample import SampleServer, build_sample_world
from tests.export_coco.sdk_exporter import Coco, Raw
from tests.sync.synced_warehouse import HeardReport, SyncedWarehouse


@dataclass(frozen=True)
class SampleProject:
    """The sample project both ways.

    Attributes:
        url: of the synced warehouse, a DuckDB file.
        project_hash: the project.
        labels: branch → what `to_encord_dict` of the SDK gives of each opened label row.
        ontology: as the SDK reads it.
    """

    url: str
    project_hash: str
    labels: dict[str, list[Raw]]
    ontology: OntologyStructure


def with_slices(row: LabelRowV2) -> Raw:
    """`to_encord_dict`, and what it forgets: which DICOM instance a slice is."""
    labels: Raw = row.to_encord_dict()
    if labels["data_type"] == "dicom":
        for unit in labels["data_units"].values():
            unit["slices"] = {
                str(frame): {name: getattr(metadata, name) for name in SLICE}
                for frame in range(row.number_of_frames)
                if (metadata := row.get_frame_view(frame).metadata) is not None
            }
    return labels


SLICE = ("dicom_instance_uid", "multiframe_frame_number", "file_uri", "width", "height")


@pytest.fixture(scope="package")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleProject]:
    world = build_sample_world("small", seed=7)
    with SampleServer(world) as server:
        synced = SyncedWarehouse(server, tmp_path_factory.mktemp("coco") / "labels.duckdb")
        assert synced.sync().run.outcome == "succeeded"
        client = EncordUserClient.create_with_ssh_private_key(world.private_key, domain=server.domain)
        project = client.get_project(world.project_hash)
        rows = [row for row in project.list_label_rows_v2(include_all_label_branches=True) if row.label_hash]
        with project.create_bundle() as bundle:
            for row in rows:
                row.initialise_labels(bundle=bundle)
        labels: dict[str, list[Raw]] = {}
        for row in rows:
            labels.setdefault(str(row.branch_name), []).append(with_slices(row))
        yield SampleProject(f"duckdb:///{synced.file}", world.project_hash, labels, project.ontology_structure)


def exported(url: str, out: Path, report: HeardReport | None = None, **wanted: Any) -> Coco:  # noqa: ANN401 - CocoWanted
    """The document that an export writes."""
    write_coco(url, None, CocoWanted(**wanted), out, report or HeardReport(), Interruption())
    document: Coco = orjson.loads(out.read_bytes())
    return document


@pytest.fixture(scope="package")
def main(sample: SampleProject, tmp_path_factory: pytest.TempPathFactory) -> Coco:
    """Branch main of the sample project, exported. Not to be changed."""
    return exported(sample.url, tmp_path_factory.mktemp("main") / "coco.json")
