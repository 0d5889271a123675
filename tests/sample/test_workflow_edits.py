"""Edits of tasks and data units: the listing changes, `last_edited_at` does not."""

import pytest
from encord import EncordUserClient
from encord.exceptions import ResourceNotFoundError
from encord.objects import LabelRowV2
from encord.workflow import AnnotationStage

from connector.sample import SampleProject, SampleWorld

VIDEO = "barn-east-001.mp4"


def _listed(client: EncordUserClient, project: SampleProject) -> dict[tuple[str, str], LabelRowV2]:
    rows = client.get_project(project.project_hash).list_label_rows_v2(include_all_label_branches=True)
    return {(row.data_title, row.branch_name): row for row in rows}


def test_task_fields_move_without_the_labels(client: EncordUserClient, project: SampleProject) -> None:
    row = project.row_named(VIDEO)
    before = row.metadata["last_edited_at"]
    project.move_to_stage(row.data_hash, "Complete")
    project.set_priority(row.data_hash, 0.9)
    project.assign(row.data_hash, "priya.nair@example.com")
    project.set_valid(row.data_hash, is_valid=False)
    project.rename_data_unit(row.data_hash, "renamed.mp4")
    project.rename_project("Another herd")
    listed = _listed(client, project)["renamed.mp4", "main"]
    assert listed.workflow_graph_node is not None
    assert (listed.workflow_graph_node.title, listed.priority, listed.assigned_user_email, listed.is_valid) == (
        "Complete",
        0.9,
        "priya.nair@example.com",
        False,
    )
    assert row.metadata["last_edited_at"] == before
    assert client.get_project(project.project_hash).title == "Another herd"
    with pytest.raises(LookupError, match="no stage"):
        project.move_to_stage(row.data_hash, "Nowhere")


def test_tasks_follow_the_rows_to_their_stage(client: EncordUserClient, project: SampleProject) -> None:
    row = project.row_named(VIDEO)
    project.move_to_stage(row.data_hash, "Annotate")
    stage = client.get_project(project.project_hash).workflow.get_stage(name="Annotate", type_=AnnotationStage)
    assert row.data_hash in {str(task.data_hash) for task in stage.get_tasks()}


def test_rows_and_data_units_come_and_go(client: EncordUserClient, project: SampleProject) -> None:
    before = _listed(client, project)
    branch = next(branch for (_, branch) in project.rows if branch != "main")
    gone = next(row for row in project.rows.values() if row.branch_name == branch)
    project.delete_label_row(str(gone.label_hash))
    assert project.delete_data_unit(project.row_named(VIDEO).data_hash) == 1
    added = project.add_data_unit(project.row_named("barn-night.wav").data_hash, "barn-morning.wav")
    after = _listed(client, project)
    assert before.keys() - after.keys() == {(gone.metadata["data_title"], branch), (VIDEO, "main")}
    assert after.keys() - before.keys() == {("barn-morning.wav", "main")}
    assert after["barn-morning.wav", "main"].label_hash is None
    project.open_data_unit(added)
    assert _listed(client, project)["barn-morning.wav", "main"].label_hash is not None
    with pytest.raises(KeyError):
        project.row(str(gone.label_hash))


def test_a_deleted_project_is_not_found(client: EncordUserClient, world: SampleWorld) -> None:
    project_hash = world.project_hash
    world.delete_project(project_hash)
    with pytest.raises(ResourceNotFoundError):
        client.get_project(project_hash)
    assert list(client.list_projects()) == []
