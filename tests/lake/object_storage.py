"""Object storage for tests: a server that speaks S3 over HTTP on the loopback address, empty at its start."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

KEYS = {"access-key-id": "testing", "secret-access-key": "s3-secret-of-the-tests", "region": "us-east-1"}


@contextlib.contextmanager
def object_storage(*buckets: str) -> Iterator[str]:
    """The server's address, for the length of a block; the buckets are there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for bucket in buckets:
            _make_bucket(f"{address}/{bucket}", server)
        yield address
    finally:
        server.kill()
        server.wait()


def _make_bucket(address: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert server.poll() is None, "the server of object storage ended at once"
        with contextlib.suppress(OSError):
            urllib.request.urlopen(urllib.request.Request(address, method="PUT"), timeout=10).close()
            return
        time.sleep(0.1)
    raise TimeoutError("the server of object storage did not answer within a minute")
