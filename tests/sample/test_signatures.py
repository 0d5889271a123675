"""Both signatures of the SDK are verified for real, and keys that cannot be used are refused as Encord does."""

import pytest
import requests
from encord import EncordUserClient
from encord.exceptions import AuthenticationError, EncordException, SshKeyNotFound

from connector.sample import SampleProject, SampleServer, SampleWorld
from connector.sample.world.signatures import SampleKey

from .conftest import client_of


def _listing_after(server: SampleServer, change: object) -> list[object]:
    """List label rows with a client that got its project before `change`, so that the older API is what refuses."""
    project = client_of(server).get_project(server.world.project_hash)
    assert callable(change)
    change()
    return list(project.list_label_rows_v2())


def test_an_unknown_key_is_refused(server: SampleServer) -> None:
    stranger = client_of(server, SampleKey("stranger").private_text)
    with pytest.raises(AuthenticationError):
        stranger.get_project(server.world.project_hash)
    assert server.requests[-1].status == 401


def test_a_revoked_key_is_unknown_to_the_older_api(server: SampleServer, world: SampleWorld) -> None:
    with pytest.raises(SshKeyNotFound):
        _listing_after(server, world.revoke_key)
    world.restore_key()
    assert client_of(server).get_project(world.project_hash).title


def test_an_expired_key_is_not_authenticated(server: SampleServer, world: SampleWorld) -> None:
    with pytest.raises(AuthenticationError):
        _listing_after(server, world.expire_key)
    with pytest.raises(AuthenticationError):
        client_of(server).get_project(world.project_hash)


def test_a_signature_for_another_body_is_refused(
    client: EncordUserClient, project: SampleProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = client.get_project(project.project_hash)
    send = requests.Session.send

    def tampering(session: requests.Session, request: requests.PreparedRequest, **options: object) -> requests.Response:
        assert isinstance(request.body, str | bytes)
        request.prepare_body(
            bytes(request.body, "utf-8") + b" " if isinstance(request.body, str) else request.body, None
        )
        return send(session, request, **options)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(requests.Session, "send", tampering)
    with pytest.raises(AuthenticationError):
        read.list_label_rows_v2()


@pytest.mark.parametrize("header", ["Signature", "Signature-Input", "Content-Digest"])
def test_a_v2_request_without_a_part_of_its_signature_is_refused(
    server: SampleServer, client: EncordUserClient, monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    send = requests.Session.send

    def stripping(session: requests.Session, request: requests.PreparedRequest, **options: object) -> requests.Response:
        request.headers[header] = "x"
        return send(session, request, **options)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(requests.Session, "send", stripping)
    with pytest.raises(EncordException):
        client.get_project(server.world.project_hash)
    assert server.requests[-1].status == 401


def test_the_server_listens_on_loopback_only(server: SampleServer) -> None:
    assert server.domain.startswith("http://127.0.0.1:")
    with pytest.raises(RuntimeError, match="not running"):
        assert SampleServer(server.world).domain
