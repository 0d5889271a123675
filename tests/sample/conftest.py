"""A running server, and the real SDK as its client."""

from collections.abc import Iterator

import pytest
from encord import EncordUserClient
from encord.http.constants import RequestsSettings

from connector.sample import SampleProject, SampleServer, SampleWorld, build_sample_world


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer(build_sample_world("small", seed=7)) as running:
        yield running


@pytest.fixture
def world(server: SampleServer) -> SampleWorld:
    return server.world


@pytest.fixture
def project(world: SampleWorld) -> SampleProject:
    return world.projects[world.project_hash]


@pytest.fixture
def client(server: SampleServer) -> EncordUserClient:
    return client_of(server)


def client_of(server: SampleServer, private_key: str | None = None) -> EncordUserClient:
    """The SDK's client for a server, without waits between tries."""
    return EncordUserClient.create_with_ssh_private_key(
        private_key or server.world.private_key,
        domain=server.domain,
        requests_settings=RequestsSettings(max_retries=0, connection_retries=0),
    )
