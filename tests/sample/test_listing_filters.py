"""Every filter of the listing, through `project.list_label_rows_v2`."""

from datetime import datetime
from typing import Any

import orjson
import pytest
from encord import EncordUserClient
from encord.exceptions import EncordException
from encord.orm.label_row import AnnotationTaskStatus, LabelStatus, ShadowDataState

from connector.sample import SampleProject, SampleServer
from connector.sample.server.listing_filters import list_label_rows


def _titles(client: EncordUserClient, project: SampleProject, **filters: Any) -> list[str]:  # noqa: ANN401 - the SDK's filters, of many types
    return [row.data_title for row in client.get_project(project.project_hash).list_label_rows_v2(**filters)]


def test_only_main_is_listed_unless_branches_are_asked_for(client: EncordUserClient, project: SampleProject) -> None:
    on_main = [row for row in project.rows.values() if row.branch_name == "main"]
    assert len(_titles(client, project)) == len(on_main) < len(project.rows)
    assert len(_titles(client, project, include_all_label_branches=True)) == len(project.rows)
    branch = next(branch for _, branch in project.rows if branch != "main")
    assert len(_titles(client, project, branch_name=branch)) == 1
    with pytest.raises(EncordException):
        _titles(client, project, branch_name=branch, include_all_label_branches=True)


def test_titles_are_matched_exactly_or_as_sql_does(client: EncordUserClient, project: SampleProject) -> None:
    assert _titles(client, project, data_title_eq="parlour-stalls") == ["parlour-stalls"]
    assert _titles(client, project, data_title_like="barn-_ast-%.mp4") == ["barn-east-001.mp4", "barn-east-005.mp4"]
    assert _titles(client, project, data_title_like="barn-east") == []


def test_stages_are_matched(client: EncordUserClient, project: SampleProject) -> None:
    by_name = _titles(client, project, workflow_graph_node_title_eq="Review")
    assert by_name == [
        row.metadata["data_title"]
        for row in project.rows.values()
        if row.metadata["workflow_graph_node"]["title"] == "Review"
    ]
    assert _titles(client, project, workflow_graph_node_title_like="Rev%") == by_name


def test_hashes_are_matched(client: EncordUserClient, project: SampleProject) -> None:
    row = project.row_named("barn-night.wav")
    assert _titles(client, project, data_hashes=[row.data_hash]) == ["barn-night.wav"]
    assert _titles(client, project, label_hashes=[row.label_hash]) == ["barn-night.wav"]


def test_states_are_matched(client: EncordUserClient, project: SampleProject) -> None:
    unopened = _titles(client, project, label_statuses=[LabelStatus.NOT_LABELLED])
    assert unopened == ["barn-north-night.mp4", "pasture-06.jpg", "calving-pen-001.mp4"]
    project.row_named("barn-night.wav").metadata["annotation_task_status"] = "COMPLETED"
    assert _titles(client, project, label_statuses=[AnnotationTaskStatus.COMPLETED]) == ["barn-night.wav"]
    project.row_named("barn-night.wav").metadata["is_shadow_data"] = True
    assert _titles(client, project, shadow_data_state=ShadowDataState.SHADOW_DATA) == ["barn-night.wav"]
    others = _titles(client, project, shadow_data_state=ShadowDataState.NOT_SHADOW_DATA)
    assert len(others) == len(_titles(client, project, shadow_data_state=ShadowDataState.ALL_DATA)) - 1


def test_edited_after_and_before_are_strict_and_leave_out_what_was_never_opened(
    client: EncordUserClient, project: SampleProject
) -> None:
    label_hash = str(project.row_named("barn-night.wav").label_hash)
    earlier = project.clock.now
    project.save_labels(label_hash)
    assert _titles(client, project, edited_after=earlier) == ["barn-night.wav"]
    assert _titles(client, project, edited_after=project.clock.now) == []
    edited: datetime = project.clock.now
    others = _titles(client, project, edited_before=edited)
    assert "barn-night.wav" not in others
    assert "barn-north-night.mp4" not in others
    assert others


def test_parts_of_an_entry_come_when_asked_for(client: EncordUserClient, project: SampleProject) -> None:
    read = client.get_project(project.project_hash)
    plain = read.list_label_rows_v2(data_title_eq="parlour-stalls")[0]
    rich = read.list_label_rows_v2(data_title_eq="barn-east-001.mp4", include_client_metadata=True)[0]
    assert plain.workflow_graph_node is not None
    assert rich.client_metadata == {"camera": "east", "season": "spring"}
    assert read.list_label_rows_v2(data_title_eq="barn-east-001.mp4")[0].client_metadata is None
    assert read.list_label_rows_v2(include_workflow_graph_node=False)[0].workflow_graph_node is None


def test_the_images_of_a_group_come_when_asked_for(project: SampleProject) -> None:
    asked = {"data_title_eq": "parlour-stalls", "include_images_data": True}
    ((_, with_images),) = list_label_rows(project, asked)
    ((_, without),) = list_label_rows(project, {"data_title_eq": "parlour-stalls"})
    assert [image["index"] for image in orjson.loads(with_images)["images_data"]] == list(range(8))
    assert orjson.loads(without)["images_data"] is None


@pytest.mark.usefixtures("project")
def test_projects_are_filtered_by_title(client: EncordUserClient) -> None:
    assert [each.title for each in client.list_projects(title_like="Meadow%")] == ["Meadowbrook dairy herd"]
    assert list(client.list_projects(title_eq="Meadow")) == []


def test_long_lists_come_in_pages(server: SampleServer, client: EncordUserClient, project: SampleProject) -> None:
    server.world.page_size = 3
    read = client.get_project(project.project_hash)
    assert sorted(read.list_branches()) == sorted(project.branch_names)
    assert len(server.requests.of_kind("branches")) == 4
    assert len(list(read.list_users())) == 7
    assert len(server.requests.of_kind("users")) == 3
