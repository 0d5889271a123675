"""Every write is refused, changes nothing, and is on record."""

from uuid import UUID

import pytest
from encord import EncordUserClient
from encord.exceptions import AuthorisationError, OperationNotAllowed
from encord.workflow import AnnotationStage

from connector.sample import SampleProject, SampleServer


def _served(project: SampleProject) -> list[tuple[str | None, bytes]]:
    return [
        (row.label_hash, row.entry_json(with_client_metadata=True, with_images=True, with_workflow=True))
        for row in project.rows.values()
    ]


def test_opening_a_row_without_labels_is_a_write(
    server: SampleServer, client: EncordUserClient, project: SampleProject
) -> None:
    before = _served(project)
    rows = client.get_project(project.project_hash).list_label_rows_v2()
    unopened = next(row for row in rows if row.label_hash is None)
    with pytest.raises(OperationNotAllowed):
        unopened.initialise_labels()
    (write,) = server.requests.writes()
    assert (write.query_type, write.query_method, write.is_write) == ("labelrow", "PUT", True)
    assert write.error_code == "OPERATION_NOT_ALLOWED"
    assert _served(project) == before


def test_saving_labels_is_refused(server: SampleServer, client: EncordUserClient, project: SampleProject) -> None:
    row = client.get_project(project.project_hash).list_label_rows_v2(data_title_eq="barn-east-001.mp4")[0]
    row.initialise_labels()
    assert server.requests.writes() == []
    with pytest.raises(OperationNotAllowed):
        row.save()
    assert len(server.requests.writes()) == 1


def test_writes_of_the_v2_api_are_refused(
    server: SampleServer, client: EncordUserClient, project: SampleProject
) -> None:
    read = client.get_project(project.project_hash)
    stage = read.workflow.get_stage(name="Annotate", type_=AnnotationStage)
    task = next(iter(stage.get_tasks()))
    with pytest.raises(AuthorisationError):
        task.assign("amelie.fischer@example.com")
    (write,) = server.requests.writes()
    assert (write.method, write.project_hash) == ("POST", project.project_hash)


def test_the_two_reading_posts_are_no_writes(
    server: SampleServer, client: EncordUserClient, project: SampleProject
) -> None:
    read = client.get_project(project.project_hash)
    row = next(row for row in project.rows.values() if row.metadata["data_title"] == "barn-east-001.mp4")
    (classifications,) = read.get_label_classifications([str(row.label_hash)])
    assert set(classifications.classification_answers) == set(row.labels["classification_answers"])
    (item,) = client.get_storage_items([UUID(row.metadata["backing_item_uuid"])])
    assert item.name == "barn-east-001.mp4"
    assert server.requests.writes() == []
