"""The fake Encord server: HTTP on a loopback port, as many requests at once as the client likes."""

import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from isal import igzip
from requests.structures import CaseInsensitiveDict

from connector.sample.server.faults import Faults
from connector.sample.server.http_answers import Answer, Delivery, legacy_error, v2_error
from connector.sample.server.legacy_api import answer_legacy
from connector.sample.server.request_log import ParsedRequest, RequestLog, parse_request
from connector.sample.server.v2_api import answer_v2
from connector.sample.world.signatures import AuthenticationRefusedError
from connector.sample.world.world import SampleWorld

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
DRIP_PIECES = 20
SMALLEST_GZIP_BYTES = 1_000


class SampleServer:
    """Serves a world to the unmodified SDK, records requests, and makes things go wrong on demand.

    A context manager: the port is bound on entering and freed on leaving.

    Attributes:
        world: What is served; edit it between two syncs.
        requests: Every request so far.
        faults: What goes wrong next.
        is_compressing: Whether answers of the older API are compressed for clients that accept it.
    """

    def __init__(self, world: SampleWorld, *, is_compressing: bool = True, port: int = 0) -> None:
        """Nothing is bound yet.

        Args:
            world: What to serve.
            is_compressing: Whether to compress answers of the older API.
            port: The port on loopback; 0: a free one.
        """
        self.world = world
        self._port = port
        self.requests = RequestLog()
        self.faults = Faults()
        self.is_compressing = is_compressing
        self._http: _LoopbackServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def domain(self) -> str:
        """The address to give the SDK as its domain.

        Raises:
            RuntimeError: The server does not run.
        """
        if self._http is None:
            raise RuntimeError("the sample server is not running; use it as a context manager")
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        self._http = _LoopbackServer(self, self._port)
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, name="sample-server", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._http is not None and self._thread is not None:
            self._http.shutdown()
            self._http.server_close()
            self._thread.join()
            self._http = self._thread = None

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Record a request, check who sends it, and answer it; faults come before and after."""
        request = parse_request(method, target, headers, body)
        record = request.record
        self.requests.append(record)
        faults = self.faults.take(record)
        answer = None
        for fault in faults:
            answer = answer or fault.action.instead(record, request.is_v2)
        if answer is None:
            answer = self._honest_answer(request)
            for fault in faults:
                answer = fault.action.bend(answer, fault.label_hash)
        record.status, record.error_code = answer.status, record.error_code or answer.error_code
        return answer

    def _honest_answer(self, request: ParsedRequest) -> Answer:
        record = request.record
        try:
            if request.is_v2:
                self.world.keys.check_v2(record.method, request.target, request.headers, request.body)
            else:
                self.world.keys.check_legacy(request.headers, request.body)
        except AuthenticationRefusedError as error:
            record.error_code = error.code
            return v2_error(401, str(error)) if request.is_v2 else legacy_error(error.code, 401)
        if not request.is_v2 and (record.method != "POST" or record.path not in {"/public", "/public/user"}):
            return v2_error(404, f"nothing at {record.path}")
        with self.world.lock:
            return (answer_v2 if request.is_v2 else answer_legacy)(self.world, request)


class _LoopbackServer(ThreadingHTTPServer):
    daemon_threads = True
    # Every call of the SDK is a new connection, and a connector may send several at once.
    request_queue_size = 128

    def __init__(self, sample: SampleServer, port: int) -> None:
        self.sample = sample
        self.is_closed = False
        super().__init__(("127.0.0.1", port), _Handler)

    def server_close(self) -> None:
        """Also ends endless answers."""
        self.is_closed = True
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as inherited
        """Ignores a client that hangs up in the middle of an answer, but shows a defect of this server."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _LoopbackServer

    def __getattr__(self, name: str) -> Callable[[], None]:
        # The base class looks for a method named after the HTTP verb; all verbs are answered in the same way.
        if name in {f"do_{verb}" for verb in VERBS}:
            return self._respond
        raise AttributeError(name)

    def log_message(self, _format: str, /, *_arguments: object) -> None:
        """Writes nothing to the terminal: the sample server keeps its own log."""

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.server.sample.answer(self.command, self.path, CaseInsensitiveDict(self.headers.items()), body)
        content = answer.content()
        headers = {"Content-Type": answer.content_type, **answer.headers}
        is_endless = answer.delivery in {Delivery.ENDLESS, Delivery.ENDLESS_HEAD}
        accepts_gzip = "gzip" in self.headers.get("Accept-Encoding", "") and not self.path.startswith("/v2/")
        is_plain = not is_endless and "Content-Encoding" not in headers
        if self.server.sample.is_compressing and accepts_gzip and is_plain and len(content) >= SMALLEST_GZIP_BYTES:
            content = igzip.compress(content, compresslevel=1, mtime=0)
            headers["Content-Encoding"] = "gzip"
        self.close_connection = True
        if answer.delivery is Delivery.RESET_BEFORE_ANSWER:
            self._reset()
            return
        self.send_response(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        if not is_endless:
            self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        if answer.delivery is Delivery.ENDLESS_HEAD:
            self.flush_headers()
            self._repeat(b"x", answer.seconds)
        self.end_headers()
        self._deliver(content, answer)

    def _deliver(self, content: bytes, answer: Answer) -> None:
        cut = int(len(content) * answer.share_sent)
        match answer.delivery:
            case Delivery.RESET_IN_BODY:
                self.wfile.write(content[:cut])
                self.wfile.flush()
                self._reset()
            case Delivery.TRUNCATED:
                self.wfile.write(content[:cut])
            case Delivery.DRIP:
                size = len(content) // DRIP_PIECES + 1
                for start in range(0, len(content), size):
                    self.wfile.write(content[start : start + size])
                    self.wfile.flush()
                    time.sleep(answer.seconds / DRIP_PIECES)
            case Delivery.ENDLESS:
                self._repeat(content, answer.seconds)
            case _:
                self.wfile.write(content)

    def _repeat(self, piece: bytes, pause: float) -> None:
        """Send a piece over and over, until the client or the server has had enough."""
        while not self.server.is_closed:
            self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(pause)

    def _reset(self) -> None:
        # Lingering for zero seconds makes the close a reset (RST) instead of an orderly end.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
