"""The SDK's version, its internals, and what importing the source costs."""

import importlib.metadata
import subprocess
import sys

import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.sample import SampleServer
from connector.source.connection.sdk import check_sdk_version
from connector.source.source import Source
from tests.source.world import settings_for


def printed_by(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


@pytest.mark.parametrize("version", ["0.1.211", "0.1.1000", "0.2.0", "1.0", "0.1.212rc1"])
def test_new_enough(version: str) -> None:
    check_sdk_version(version)


@pytest.mark.parametrize("version", ["0.1.210", "0.1.99", "0.0.300", "0.1.210.dev7"])
def test_too_old(version: str) -> None:
    with pytest.raises(ConnectorError, match=r"0\.1\.211 or newer") as refused:
        check_sdk_version(version)
    assert refused.value.kind is ErrorKind.CONFIGURATION


def test_the_version_in_use_is_told(server: SampleServer) -> None:
    assert Source.connect(settings_for(server)).sdk_version == importlib.metadata.version("encord")


def test_an_sdk_that_moved_its_internals_is_a_clear_error() -> None:
    script = """
import sys, types
import encord.http.querier
sys.modules["encord.http.querier"] = types.ModuleType("encord.http.querier")
from connector.errors import ConnectorError
try:
    from connector.source.source import Source
except ConnectorError as error:
    print(error.kind, error.message)
"""
    printed = printed_by(script)
    assert printed.startswith("configuration")
    assert "lacks encord.http.querier" in printed


def test_the_sdk_is_imported_only_when_something_is_read() -> None:
    script = "import sys, connector.source.changes.changes; print('encord' in sys.modules)"
    assert printed_by(script) == "False"
