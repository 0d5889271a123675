"""What stands between this machine and Encord: real sockets, real TLS, a real proxy. Told once, by name, at once."""

import datetime
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connector.errors import ConnectorError, ErrorKind
from connector.sample import Fault, Hook, SampleServer
from connector.source.source import Source
from tests.source.conftest import Listener
from tests.source.world import PROJECT_HASH, image_world, settings_for

PATIENT = {"retry_wait_seconds": 5.0, "retry_wait_max_seconds": 30.0, "retry_attempts": 6}
"""With these, a fault that was tried again would take half a minute."""
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle")
SECRET = "hunter2"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.upper(), raising=False)


class _Connections(BaseHTTPRequestHandler):
    """A proxy that lets nobody through: answers each wish for a connection with one status."""

    protocol_version = "HTTP/1.1"
    status = 407

    def do_CONNECT(self) -> None:
        self.send_response(self.status, "whatever it likes to say")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.do_CONNECT()

    def do_POST(self) -> None:
        self.do_CONNECT()

    def log_message(self, _format: str, /, *_arguments: object) -> None:
        """Nothing."""


def _running(server: ThreadingHTTPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=[407, 403])
def proxy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """A running proxy: its port and the status that it answers with."""
    monkeypatch.setattr(_Connections, "status", request.param)
    for port in _running(ThreadingHTTPServer(("127.0.0.1", 0), _Connections)):
        yield port, request.param


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key of 127.0.0.1, signed by nobody but itself."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    file.write_bytes(private + signed.public_bytes(Encoding.PEM))
    return file


@pytest.fixture
def encrypted(certificate: Path) -> Iterator[str]:
    """The address of a TLS server, whose handshake happens in the thread of each connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Connections)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # the client hangs up: that is the test
    for port in _running(server):
        yield f"https://127.0.0.1:{port}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def failed_at_once(server: SampleServer, domain: str, heard: Listener) -> ConnectorError:
    """The first request's failure, which was not tried again."""
    started = time.monotonic()
    source = Source.connect(settings_for(server, domain=domain, **PATIENT), on_event=heard)
    with pytest.raises(ConnectorError) as failed:
        source.snapshot(PROJECT_HASH)
    assert time.monotonic() - started < 4
    assert not heard
    assert PROJECT_HASH in failed.value.message
    assert SECRET not in str(failed.value)
    return failed.value


def test_a_certificate_that_nobody_vouches_for(server: SampleServer, encrypted: str, heard: Listener) -> None:
    error = failed_at_once(server, encrypted, heard)
    assert error.kind is ErrorKind.UNREACHABLE
    host = encrypted.removeprefix("https://")
    assert re.match(f"The certificate of {host} is not trusted: self.signed certificate", error.message)
    assert "REQUESTS_CA_BUNDLE" in error.remedy


def test_a_certificate_of_another_name(server: SampleServer, encrypted: str, heard: Listener) -> None:
    error = failed_at_once(server, encrypted.replace("127.0.0.1", "localhost"), heard)
    assert "certificate" in error.message


def test_a_bundle_with_the_certificate_lets_the_request_through(
    server: SampleServer, encrypted: str, certificate: Path, monkeypatch: pytest.MonkeyPatch, heard: Listener
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    error = failed_at_once(server, encrypted, heard)
    assert "(HTTP status 407;" in error.message, "the answer of the server behind TLS"


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_bundle_that_is_not_there_or_none(
    server: SampleServer,
    encrypted: str,
    monkeypatch: pytest.MonkeyPatch,
    heard: Listener,
    tmp_path: Path,
    variable: str,
    content: str | None,
) -> None:
    file = tmp_path / "company.pem"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv(variable, str(file))
    error = failed_at_once(server, encrypted, heard)
    assert error.kind is ErrorKind.CONFIGURATION
    assert error.message.startswith(f"{variable} names ")
    assert str(file) in error.message


def test_a_server_that_speaks_no_tls(server: SampleServer, heard: Listener) -> None:
    error = failed_at_once(server, server.domain.replace("http:", "https:"), heard)
    assert error.message.startswith("No encrypted connection to 127.0.0.1:")


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_lets_nobody_through(
    server: SampleServer, proxy: tuple[int, int], monkeypatch: pytest.MonkeyPatch, heard: Listener, variable: str
) -> None:
    port, status = proxy
    monkeypatch.setenv(variable, f"http://user:{SECRET}@127.0.0.1:{port}")
    error = failed_at_once(server, "https://api.encord.com", heard)
    assert error.kind is ErrorKind.UNREACHABLE
    what = "wants a user and password" if status == 407 else "refuses a connection to api.encord.com"
    assert error.message.startswith(f"The proxy 127.0.0.1:{port} (from {variable}) {what} (HTTP status {status};")


def test_a_proxy_of_a_server_without_encryption(
    server: SampleServer, proxy: tuple[int, int], monkeypatch: pytest.MonkeyPatch, heard: Listener
) -> None:
    """There is no tunnel then: the proxy's answer stands where Encord's would."""
    port, status = proxy
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    error = failed_at_once(server, server.domain, heard)
    if status == 407:
        assert error.message.startswith(f"The proxy 127.0.0.1:{port} (from http_proxy) wants a user and password")


def test_a_proxy_that_is_not_there(server: SampleServer, monkeypatch: pytest.MonkeyPatch, heard: Listener) -> None:
    port = free_port()
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{SECRET}@127.0.0.1:{port}")
    error = failed_at_once(server, "https://api.encord.com", heard)
    assert error.message.startswith(f"The proxy 127.0.0.1:{port} (from HTTPS_PROXY) cannot be reached")
    assert error.message.endswith("connection refused.")


@pytest.mark.parametrize(
    "address", ["socks5://127.0.0.1:1080", f"gopher://u:{SECRET}@127.0.0.1:1", "http://", "http://[::1"]
)
def test_a_proxy_whose_address_is_none(
    server: SampleServer, monkeypatch: pytest.MonkeyPatch, heard: Listener, address: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    error = failed_at_once(server, "https://api.encord.com", heard)
    assert error.kind is ErrorKind.CONFIGURATION
    assert "HTTPS_PROXY" in error.message


def test_no_proxy_is_obeyed(server: SampleServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert Source.connect(settings_for(server)).snapshot(PROJECT_HASH).entries


def test_a_host_that_nobody_knows(server: SampleServer, heard: Listener) -> None:
    error = failed_at_once(server, "https://nowhere.invalid", heard)
    assert (error.kind, "host nowhere.invalid is unknown" in error.message) == (ErrorKind.UNREACHABLE, True)


def test_a_refused_connection_on_the_first_request(server: SampleServer, heard: Listener) -> None:
    port = free_port()
    error = failed_at_once(server, f"https://127.0.0.1:{port}", heard)
    assert error.message.startswith(f"No connection to 127.0.0.1:{port} (")
    assert error.message.endswith(": connection refused.")


def test_a_refused_connection_later_in_a_run_is_tried_again(heard: Listener) -> None:
    """The server goes away after its first answer: a restart passes."""
    with SampleServer(image_world(rows=1)) as server:
        server.faults.add(Fault(Hook(lambda: server.__exit__(None, None, None)), kind="project"))
        source = Source.connect(settings_for(server), on_event=heard)
        with pytest.raises(ConnectorError, match="No connection to") as failed:
            source.snapshot(PROJECT_HASH)
    assert failed.value.kind is ErrorKind.UNREACHABLE
    assert len(heard.named("waiting")) == 2
