"""The unmodified SDK reads projects, listings and labels from the fake server."""

import json
from pathlib import Path

import pytest
from encord import EncordUserClient

from connector.sample import SampleProject, SampleServer, SampleWorld

from .conftest import client_of

REAL_SAMPLES = Path(__file__).parents[3] / "shared" / "encord-samples"


def test_a_project_is_read_with_its_ontology(client: EncordUserClient, project: SampleProject) -> None:
    read = client.get_project(project.project_hash)
    assert read.title == project.record["title"]
    assert {item.name for item in read.ontology_structure.objects} == {
        item["name"] for item in project.editor["objects"]
    }


def test_labels_come_in_another_order_and_only_once(
    server: SampleServer, client: EncordUserClient, project: SampleProject
) -> None:
    read = client.get_project(project.project_hash)
    rows = [row for row in read.list_label_rows_v2(include_all_label_branches=True) if row.label_hash]
    server.requests.clear()
    with read.create_bundle() as bundle:
        for row in rows:
            row.initialise_labels(bundle=bundle)
    assert all(row.is_labelling_initialised for row in rows)
    assert server.requests.counts() == {"label_rows": 1}
    assert sorted(server.requests[0].uids) == sorted(project.label_hashes)
    assert server.requests[0].status == 200


@pytest.mark.skipif(not REAL_SAMPLES.is_dir(), reason="the real samples are not at hand")
@pytest.mark.parametrize("name", sorted(path.name for path in REAL_SAMPLES.glob("*") if path.is_dir()))
def test_real_samples_are_served_as_they_are(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = REAL_SAMPLES / name
    stored = [json.loads(path.read_text()) for path in sorted((folder / "rows").glob("*.json"))]
    world = SampleWorld()
    project = world.add_project(
        json.loads((folder / "project.json").read_text()), json.loads((folder / "ontology.json").read_text()), stored
    )
    with SampleServer(world) as server:
        read = client_of(server).get_project(project.project_hash)
        rows = [row for row in read.list_label_rows_v2(include_all_label_branches=True) if row.label_hash]
        seen: dict[str, dict[str, object]] = {}
        for row in rows:
            # The SDK hands the raw dict to this method of the row, so it sees what came over the wire.
            monkeypatch.setattr(row, "from_labels_dict", lambda labels: seen.update({labels["label_hash"]: labels}))
            row.initialise_labels()
    opened = [kept for kept in stored if kept["labels"]]
    assert len(rows) == len(opened) > 0
    for kept in opened:
        raw = seen[kept["metadata"]["label_hash"]]
        assert raw == {key: value for key, value in kept["labels"].items() if key in raw}
