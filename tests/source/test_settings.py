"""Settings that cannot work are refused before anything is sent, and secrets do not show."""

import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.source.connection.settings import SourceSettings


@pytest.mark.parametrize(
    ("domain", "checked"),
    [
        ("https://api.encord.com", "https://api.encord.com"),
        ("https://api.us.encord.com/", "https://api.us.encord.com"),
        (" http://127.0.0.1:8080// ", "http://127.0.0.1:8080"),
        ("http://127.8.0.1", "http://127.8.0.1"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_domain_is_kept_without_its_trailing_slash(domain: str, checked: str) -> None:
    assert SourceSettings(domain=domain).domain == checked


@pytest.mark.parametrize(
    "domain",
    [
        "",
        "api.encord.com",
        "ftp://api.encord.com",
        "https://",
        "https://api.encord.com/v2",
        "https://api.encord.com?x=1",
        "https://api.encord.com:99999",
        "https://[::1",
        "https://user:hunter2@api.encord.com",
        "user:hunter2@api.encord.com",
        "https://user:hunter2@api.encord.com:port",
        "https:/user:hunter2@api.encord.com",
        "http://api.encord.com",
        "HTTP://api.us.encord.com",
        "http://10.0.0.8",
        "http://127.0.0.1.evil.example",
        "http://2130706433",
        "http://localhost.evil.example",
    ],
)
def test_what_is_no_domain_is_refused(domain: str) -> None:
    with pytest.raises(ConnectorError) as refused:
        SourceSettings(domain=domain)
    assert refused.value.kind is ErrorKind.CONFIGURATION
    assert "https://" in refused.value.remedy
    assert "hunter2" not in str(refused.value)


def test_without_encryption_only_this_machine_is_reached() -> None:
    with pytest.raises(ConnectorError, match="has no encryption") as refused:
        SourceSettings(domain="http://api.encord.com")
    assert refused.value.remedy == "Write https://api.encord.com."


@pytest.mark.parametrize(
    "options",
    [
        {"bundle_rows": 0},
        {"bundle_bytes": 0},
        {"requests_in_flight": -1},
        {"retry_attempts": 0},
        {"connect_timeout_seconds": 0},
        {"read_timeout_seconds": -1.0},
        {"answer_timeout_seconds": 0.0},
        {"max_unpacked_bytes": 0},
        {"retry_after_cap_seconds": -1.0},
        {"retry_wait_seconds": float("nan")},
    ],
)
def test_numbers_out_of_range_are_refused_by_name(options: dict[str, int]) -> None:
    with pytest.raises(ConnectorError, match=next(iter(options))) as refused:
        SourceSettings(**options)  # type: ignore[arg-type]  # the names are what is tested
    assert refused.value.kind is ErrorKind.CONFIGURATION


def test_secrets_do_not_show() -> None:
    shown = repr(SourceSettings(ssh_key="KEYTEXT", ssh_key_passphrase="PASSPHRASE"))
    assert "KEYTEXT" not in shown
    assert "PASSPHRASE" not in shown
