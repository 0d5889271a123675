"""The unmodified SDK reads projects, listings and labels from the fake server."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from encord import EncordUserClient
from encord.exceptions import ResourceNotFoundError

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


def test_a_single_label_row_can_be_asked_for(client: EncordUserClient, project: SampleProject) -> None:
    read = client.get_project(project.project_hash)
    label_hash = project.label_hashes[0]
    assert read._client.get_label_row(label_hash, get_signed_url=False)["label_hash"] == label_hash
    with pytest.raises(ResourceNotFoundError):
        read._client.get_label_row("00000000-0000-4000-8000-000000000000", get_signed_url=False)


def test_signed_links_differ_each_time_and_are_left_out_by_default(
    client: EncordUserClient, project: SampleProject
) -> None:
    read = client.get_project(project.project_hash)

    def link(*, is_signed: bool) -> str:
        (row,) = read._client.get_label_rows(project.label_hashes[:1], get_signed_url=is_signed)
        return str(next(iter(row["data_units"].values()))["data_link"])

    assert link(is_signed=True) != link(is_signed=True)
    assert link(is_signed=False) == link(is_signed=False)
    assert "signature" not in link(is_signed=False)


def test_labels_of_some_classes_only(client: EncordUserClient, project: SampleProject) -> None:
    cow, light = (project.class_named(name)["featureNodeHash"] for name in ("Cow", "Barn light"))
    row = client.get_project(project.project_hash).list_label_rows_v2(data_title_eq="barn-east-001.mp4")[0]
    row.initialise_labels(include_object_feature_hashes={cow}, include_classification_feature_hashes={light})
    assert {instance.feature_hash for instance in row.get_object_instances()} == {cow}
    assert {instance.feature_hash for instance in row.get_classification_instances()} == {light}


@pytest.mark.parametrize("is_strict", [False, True])
def test_an_unknown_label_hash_among_others_is_left_out_or_refused(
    client: EncordUserClient, project: SampleProject, world: SampleWorld, *, is_strict: bool
) -> None:
    world.is_multi_get_strict = is_strict
    read = client.get_project(project.project_hash)
    wanted = [*project.label_hashes[:2], "00000000-0000-4000-8000-000000000000"]
    if is_strict:
        with pytest.raises(ResourceNotFoundError):
            read._client.get_label_rows(wanted, get_signed_url=False)
    else:
        answered = read._client.get_label_rows(wanted, get_signed_url=False)
        assert {row["label_hash"] for row in answered} == set(wanted[:2])


def test_doubled_label_hashes_are_answered_once(client: EncordUserClient, project: SampleProject) -> None:
    read = client.get_project(project.project_hash)
    answered = read._client.get_label_rows(project.label_hashes[:3] * 2, get_signed_url=False)
    assert sorted(row["label_hash"] for row in answered) == sorted(project.label_hashes[:3])


def test_many_clients_are_answered_at_once(
    server: SampleServer, client: EncordUserClient, project: SampleProject
) -> None:
    read = client.get_project(project.project_hash)
    server.requests.clear()

    def fetch(label_hash: str) -> str:
        (row,) = read._client.get_label_rows([label_hash], get_signed_url=False)
        return str(row["label_hash"])

    wanted = project.label_hashes * 2
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(fetch, wanted)) == wanted
    assert sorted(server.requests.label_hashes()) == sorted(wanted)
    assert {record.status for record in server.requests} == {200}


def test_answers_are_compressed_for_those_who_accept_it(client: EncordUserClient, project: SampleProject) -> None:
    read = client.get_project(project.project_hash)
    encodings = []
    send = requests.Session.send

    def watching(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # noqa: ANN401 - passed on as they came
        response = send(session, request, **options)
        encodings.append(response.headers.get("Content-Encoding"))
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "send", watching)
        read.list_label_rows_v2()
        list(read.list_users())
    assert encodings == ["gzip", None]


def test_the_older_calls_for_projects_work(
    server: SampleServer, client: EncordUserClient, project: SampleProject
) -> None:
    with pytest.warns(DeprecationWarning, match="get_projects"):
        (listed,) = client.get_projects()
    assert listed["project"]["project_hash"] == project.project_hash
    assert client.get_project(project.project_hash)._client.get_project().title == project.record["title"]
    assert server.requests.writes() == []
