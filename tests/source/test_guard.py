"""Promise 1: nothing is ever written to Encord. The SDK's own writing methods, through the guarded client."""

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from encord import EncordUserClient
from encord.configs import UserConfig
from encord.http.querier import Querier
from encord.objects import LabelRowV2
from encord.objects.common import Shape
from encord.objects.ontology_structure import OntologyStructure
from encord.orm.dataset import StorageLocation
from encord.project import Project
from encord.utilities.project_user import ProjectUserRole
from encord.workflow import AnnotationStage

from connector.errors import ConnectorError, ErrorKind
from connector.sample import SampleServer
from connector.source.connection.connection import Connection
from connector.source.connection.events import Teller
from connector.source.connection.guard import refuse_legacy_write, refuse_v2_write
from tests.source.world import PROJECT_HASH, image_world, label_hash_of, settings_for

DOMAIN = "https://api.encord.com"


class GuardedSdk(NamedTuple):
    """The SDK as a user has it, over the configuration of the connector."""

    client: EncordUserClient
    project: Project
    opened: LabelRowV2
    unopened: LabelRowV2
    server: SampleServer


@pytest.fixture(scope="module")
def sdk() -> Iterator[GuardedSdk]:
    world = image_world(rows=2, unopened=1)
    with SampleServer(world) as server:
        config = Connection(settings_for(server), Teller(None), lambda: False).config
        client = EncordUserClient(UserConfig(config), Querier(UserConfig(config)))
        project = client.get_project(world.project_hash)
        rows = project.list_label_rows_v2(include_all_label_branches=True)
        opened = next(row for row in rows if row.label_hash is not None)
        opened.initialise_labels()
        unopened = next(row for row in rows if row.label_hash is None)
        yield GuardedSdk(client, project, opened, unopened, server)


def create_label_rows_in_a_bundle(sdk: GuardedSdk) -> None:
    with sdk.project.create_bundle() as bundle:
        sdk.unopened.initialise_labels(bundle=bundle)


def submit_a_task(sdk: GuardedSdk) -> None:
    stage = sdk.project.workflow.get_stage(name="Annotate", type_=AnnotationStage)
    task = next(iter(stage.get_tasks()))
    task.submit()


def change_the_ontology(sdk: GuardedSdk) -> None:
    ontology = sdk.client.get_ontology(sdk.project.ontology_hash)
    ontology.structure.add_object("Calf", Shape.POLYGON)
    ontology.save()


WRITES: dict[str, Callable[[GuardedSdk], object]] = {
    "open a data unit": lambda sdk: sdk.unopened.initialise_labels(),
    "open data units in a bundle": create_label_rows_in_a_bundle,
    "save labels": lambda sdk: sdk.opened.save(),
    "save raw labels": lambda sdk: sdk.project.save_label_row(sdk.opened.label_hash, {}),
    "create a label row": lambda sdk: sdk.project.create_label_row(sdk.unopened.data_hash),
    "set a priority": lambda sdk: sdk.opened.set_priority(0.1),
    "complete a task": lambda sdk: sdk.opened.workflow_complete(),
    "reopen a task": lambda sdk: sdk.opened.workflow_reopen(),
    "submit a task": submit_a_task,
    "save an ontology": change_the_ontology,
    "create a dataset": lambda sdk: sdk.client.create_dataset("New", StorageLocation.CORD_STORAGE),
    "create an ontology": lambda sdk: sdk.client.create_ontology("New", structure=OntologyStructure()),
    "create a project": lambda sdk: sdk.client.create_project("New", [], sdk.project.ontology_hash),
    "create a folder": lambda sdk: sdk.client.create_storage_folder("New"),
    "create a tag": lambda sdk: sdk.client.create_organisation_tag("new"),
    "change the metadata schema": lambda sdk: sdk.client.metadata_schema().save(),
    "add a user": lambda sdk: sdk.project.add_users(["eve@example.com"], ProjectUserRole.ADMIN),
    "remove a user": lambda sdk: sdk.project.remove_users(["eve@example.com"]),
    "add a dataset": lambda sdk: sdk.project.add_datasets([str(uuid.uuid4())]),
    "remove a dataset": lambda sdk: sdk.project.remove_datasets([str(uuid.uuid4())]),
    "copy the project": lambda sdk: sdk.project.copy_project(new_title="Copy"),
    "tag the project": lambda sdk: sdk.project.add_organisation_tag(tag_uuid=uuid.uuid4()),
    "copy labels to a branch": lambda sdk: sdk.project.copy_labels_to_branch("other", overwrite=True),
    "create a collection": lambda sdk: sdk.project.create_collection("New"),
    "delete a collection": lambda sdk: sdk.project.delete_collection(uuid.uuid4()),
    "mint a bearer token": lambda sdk: sdk.client.get_bearer_token(),
    "mint signed URLs": lambda sdk: sdk.project.get_label_row(sdk.opened.label_hash, get_signed_url=True),
}


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_no_writing_method_of_the_sdk_gets_through(sdk: GuardedSdk, name: str) -> None:
    reads = {record.kind for record in sdk.server.requests}
    with pytest.raises(ConnectorError) as refused:
        WRITES[name](sdk)
    assert refused.value.kind is ErrorKind.WRITE_REFUSED
    assert not sdk.server.requests.writes()
    # A method may read before it writes; what it adds is of the reading kinds only.
    assert {record.kind for record in sdk.server.requests} <= reads | {"tasks"}


def test_the_same_client_reads(sdk: GuardedSdk) -> None:
    assert sdk.project.title
    assert len(sdk.opened.get_object_instances()) == 1
    assert list(sdk.project.list_branches()) == ["main"]


def legacy_body(query_type: str, method: str = "GET", uid: Any = None, payload: Any = None) -> str:  # noqa: ANN401 - JSON
    return json.dumps({"query_type": query_type, "query_method": method, "values": {"uid": uid, "payload": payload}})


@pytest.mark.parametrize(
    "body",
    [
        legacy_body("labelrowmetadata", payload={"include_all_label_branches": True}),
        legacy_body("labelrow", uid=[label_hash_of(1)], payload={"get_signed_url": False}),
        legacy_body("labelrow", uid=label_hash_of(1)),
    ],
)
def test_legacy_reads_pass(body: str) -> None:
    refuse_legacy_write(body)


@pytest.mark.parametrize(
    "body",
    [
        *(legacy_body("labelrow", method, uid=[label_hash_of(1)]) for method in ("PUT", "POST", "DELETE", "get", "")),
        legacy_body("labelrow"),
        legacy_body("labelrow", uid=[]),
        legacy_body("labelrow", uid=[None]),
        legacy_body("labelrow", uid={"data_hash": "d"}),
        legacy_body("labelrow", uid=[label_hash_of(1)], payload={"get_signed_url": True}),
        legacy_body("labelrowmetadata", payload={"client_metadata_as_signed_url": True}),
        legacy_body("project"),
        legacy_body("longpollingstate"),
        legacy_body("projectbearertoken"),
        '{"query_type": "labelrow", "query_method": "PUT", "query_method": "GET", "values": {"uid": ["x"]}}',
        '{"query_type": "labelrowmetadata", "query_method": "GET"}',
        "[]",
        "",
        "{",
    ],
)
def test_legacy_writes_are_refused(body: str) -> None:
    with pytest.raises(ConnectorError) as refused:
        refuse_legacy_write(body)
    assert refused.value.kind is ErrorKind.WRITE_REFUSED


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "projects", None),
        ("GET", "projects?titleLike=%25cow%25&pageToken=2", None),
        ("GET", f"projects/{PROJECT_HASH}", None),
        ("GET", f"projects/{PROJECT_HASH}/branches", None),
        ("GET", f"projects/{PROJECT_HASH}/workflow/stages/{PROJECT_HASH}/tasks", None),
        ("GET", f"ontologies/{PROJECT_HASH}", None),
        ("POST", "storage/items/get-bulk", b'{"itemUuids": [], "signUrls": false}'),
        ("POST", f"projects/{PROJECT_HASH}/label-rows/classifications", b'{"labelUuids": []}'),
    ],
)
def test_v2_reads_pass(method: str, path: str, body: bytes | None) -> None:
    refuse_v2_write(method, f"{DOMAIN}/v2/public/{path}", body, DOMAIN)


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        *(
            (method, f"{DOMAIN}/v2/public/projects/{PROJECT_HASH}", None)
            for method in ("PUT", "PATCH", "DELETE", "POST")
        ),
        (None, f"{DOMAIN}/v2/public/projects", None),
        ("GET", None, None),
        ("GET", f"{DOMAIN}/v2/public/projects", b"{}"),
        ("GET", f"{DOMAIN}/v2/public/projects/{PROJECT_HASH}/../../storage/presigned-urls", None),
        ("GET", f"{DOMAIN}/v2/public/projects/%2e%2e/storage", None),
        ("GET", f"{DOMAIN}/v2/public/storage/items/{PROJECT_HASH}?signUrl=true", None),
        ("GET", f"https://elsewhere.example.com/v2/public/projects/{PROJECT_HASH}", None),
        ("GET", f"{DOMAIN}@elsewhere.example.com/v2/public/projects", None),
        ("POST", f"{DOMAIN}/v2/public/storage/items/get-bulk", b'{"itemUuids": [], "signUrls": true}'),
        ("POST", f"{DOMAIN}/v2/public/storage/items/get-bulk", b"not JSON"),
        ("POST", f"{DOMAIN}/v2/public/storage/items/delete-bulk", b"{}"),
    ],
)
def test_v2_writes_are_refused(method: str | None, url: str | None, body: bytes | None) -> None:
    with pytest.raises(ConnectorError) as refused:
        refuse_v2_write(method, url, body, DOMAIN)
    assert refused.value.kind is ErrorKind.WRITE_REFUSED


def test_sdk_internals_are_imported_in_one_module_only() -> None:
    folder = Path(__file__).parent.parent.parent / "connector" / "source"
    importing = [path.name for path in folder.rglob("*.py") if "from encord" in path.read_text(encoding="utf-8")]
    assert importing == ["sdk.py"]
