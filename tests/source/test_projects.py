"""The list of projects: pages, filters, entries that cannot be read."""

import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.sample import Body, Fault, SampleServer
from connector.source.source import Source
from tests.source.conftest import Listener
from tests.source.world import PROJECT_HASH, settings_for


def test_projects_over_all_pages(server: SampleServer) -> None:
    server.world.page_size = 2
    template = server.world.projects[PROJECT_HASH]
    for number in range(1, 5):
        record = {**template.record, "projectHash": f"{number:08d}{PROJECT_HASH[8:]}", "title": f"Barn {number}"}
        server.world.add_project(record, template.ontology, [])
    source = Source.connect(settings_for(server))
    assert [each.title for each in source.list_projects()] == ["Gate camera", "Barn 1", "Barn 2", "Barn 3", "Barn 4"]
    assert len(server.requests.of_kind("projects")) == 3
    assert [each.title for each in source.list_projects(title_eq="Barn 3")] == ["Barn 3"]
    assert len(source.list_projects(title_like="Barn%")) == 4
    assert source.list_projects(title_eq="None") == []


def test_a_list_of_projects_with_a_bad_entry(server: SampleServer, heard: Listener) -> None:
    content = f'{{"results": [7, {{"title": "x"}}, {{"projectHash": "{PROJECT_HASH}", "title": null}}]}}'
    server.faults.add(Fault(Body(content.encode()), kind="projects"))
    (only,) = Source.connect(settings_for(server), on_event=heard).list_projects()
    assert (only.project_hash, only.title) == (PROJECT_HASH, "")
    assert len(heard.named("entry_set_aside")) == 2


def test_pages_that_never_end(server: SampleServer) -> None:
    server.faults.add(Fault(Body(b'{"results": [], "nextPageToken": "0"}'), kind="projects", times=None))
    with pytest.raises(ConnectorError) as failed:
        Source.connect(settings_for(server)).list_projects()
    assert failed.value.kind is ErrorKind.SOURCE_CONTENT
    assert len(server.requests) == 2
