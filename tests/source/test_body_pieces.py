"""Bodies over HTTP: read whatever the compression, and what is broken is said as requests says it."""

import gzip
import threading
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from connector.source.answers.body_pieces import body_pieces

TEXT = b"".join(b'{"objectHash": "%d", "x": %d}' % (number, number * 7919 % 1000) for number in range(50_000))
PIECE_BYTES = 10_000
_ZIPPED = gzip.compress(TEXT)

Serve = Callable[..., str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Call it with a body, an encoding and more headers: it answers with an address that serves these."""
    served: dict[str, tuple[bytes, dict[str, str]]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, headers = served[self.path]
            self.send_response(200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, _format: str, /, *_arguments: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def add(body: bytes, encoding: str | None = None, announced: int | None = None) -> str:
        path = f"/{len(served)}"
        headers = {"Content-Length": str(len(body) if announced is None else announced)}
        if encoding is not None:
            headers["Content-Encoding"] = encoding
        served[path] = body, headers
        return f"http://127.0.0.1:{server.server_port}{path}"

    yield add
    server.shutdown()
    thread.join()
    server.server_close()


def _pieces(address: str) -> list[bytes]:
    with requests.get(address, stream=True, timeout=10) as response:
        return list(body_pieces(response, PIECE_BYTES))


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (_ZIPPED, "gzip"),
        (_ZIPPED, " GZip"),
        (gzip.compress(TEXT[:30_000]) + gzip.compress(TEXT[30_000:]), "gzip"),
        (TEXT, None),
        (TEXT, "identity"),
    ],
    ids=["gzip", "odd spelling", "two members", "plain", "identity"],
)
def test_a_body_is_what_was_sent(serve: Serve, body: bytes, encoding: str | None) -> None:
    address = serve(body, encoding)
    assert b"".join(_pieces(address)) == TEXT


def test_pieces_of_what_is_tightly_compressed_are_small(serve: Serve) -> None:
    pieces = _pieces(serve(gzip.compress(bytes(5_000_000)), "gzip"))
    assert sum(map(len, pieces)) == 5_000_000
    assert max(map(len, pieces)) <= PIECE_BYTES


@pytest.mark.parametrize("encoding", ["deflate", "br", "zstd", "gzip, gzip"])
def test_what_was_not_asked_for_is_not_unpacked(serve: Serve, encoding: str) -> None:
    with pytest.raises(requests.exceptions.ContentDecodingError):
        _pieces(serve(zlib.compress(TEXT), encoding))


def test_an_empty_body_has_no_pieces(serve: Serve) -> None:
    assert _pieces(serve(b"", "gzip")) == []


@pytest.mark.parametrize(
    "body",
    [_ZIPPED[:-20], _ZIPPED[:9_000] + b"\0" * 50 + _ZIPPED[9_050:], TEXT, _ZIPPED[:-4] + b"\1\2\3\4"],
    ids=["cut", "damaged", "not compressed", "wrong length"],
)
def test_what_cannot_be_decompressed_is_said(serve: Serve, body: bytes) -> None:
    address = serve(body, "gzip")
    with pytest.raises(requests.exceptions.ContentDecodingError):
        _pieces(address)


@pytest.mark.parametrize("encoding", ["gzip", None])
def test_a_body_shorter_than_announced_is_said(serve: Serve, encoding: str | None) -> None:
    body = _ZIPPED if encoding else TEXT
    address = serve(body, encoding, len(body) + 1000)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        _pieces(address)
