"""The private key: where it comes from, what is wrong with it, and that its text never shows."""

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from connector.errors import ConnectorError, ErrorKind
from connector.source.connection.settings import SourceSettings
from connector.source.connection.ssh_key import load_private_key

PrivateKey = ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PASSPHRASE = "correct horse"
PROTECTED_KEY = """-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABDg
MYMMERO7nOhfe08XjBpWAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIG56
HN0psLeP0Tr0xVmP7/TvKpcWbjym8uT7/M2AUFvxAAAAkAs24GQWV+oAJcEgeYGN
6o9kAyKiBnHfWUNcaDnL8fpL1b2VYvgUHUfds9f5nV/SGd3AAvTlTh3vz69bp1U2
LxcmsX9XEcs2chrVMMmrmMTNwFBPydZZs9S53uOa+8S87GzJscNSgO05VdyjdsLc
LadF0AW/qh/2OLK1ACH30T8Xt5b2xYCE/W/SCP8yoQZCFw==
-----END OPENSSH PRIVATE KEY-----
"""
"""The Ed25519 key whose 32 secret bytes are all 5, under `PASSPHRASE`; made for these tests only."""


def openssh_text(key: PrivateKey) -> str:
    form = serialization.PrivateFormat.OpenSSH
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def key_of(number: int) -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def same(left: ed25519.Ed25519PrivateKey, right: ed25519.Ed25519PrivateKey) -> bool:
    return left.private_bytes_raw() == right.private_bytes_raw()


def test_a_file_comes_before_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "option").write_text(openssh_text(key_of(1)))
    text = openssh_text(key_of(2))
    assert same(load_private_key(SourceSettings(ssh_key=text)), key_of(2))
    assert same(load_private_key(SourceSettings(ssh_key=text, ssh_key_file="~/option")), key_of(1))


def test_a_key_with_a_passphrase() -> None:
    assert same(load_private_key(SourceSettings(ssh_key=PROTECTED_KEY, ssh_key_passphrase=PASSPHRASE)), key_of(5))


def test_a_key_with_another_passphrase() -> None:
    with pytest.raises(ConnectorError, match="with this passphrase") as refused:
        load_private_key(SourceSettings(ssh_key=PROTECTED_KEY, ssh_key_passphrase="wrong"))
    assert refused.value.kind is ErrorKind.CONFIGURATION


def public_text() -> str:
    form = serialization.PublicFormat.OpenSSH
    return key_of(6).public_key().public_bytes(serialization.Encoding.OpenSSH, form).decode()


BAD_KEYS: dict[str, tuple[Callable[[], str], str | None, str]] = {
    "empty": (str, None, "is empty"),
    "blank": (lambda: " \n", None, "is empty"),
    "no key": (lambda: "hello", None, "not a private key"),
    "cut short": (lambda: openssh_text(key_of(7))[:200], None, "not a private key"),
    "public": (public_text, None, "is a public key"),
    "elliptic": (lambda: openssh_text(ec.generate_private_key(ec.SECP256R1())), None, "not of type Ed25519"),
    "rsa": (lambda: openssh_text(rsa.generate_private_key(65537, 2048)), None, "not of type Ed25519"),
    "locked": (lambda: PROTECTED_KEY, None, "protected by a passphrase"),
    "needless passphrase": (lambda: openssh_text(key_of(8)), PASSPHRASE, "has no passphrase"),
    "damaged, with a passphrase": (lambda: openssh_text(key_of(8))[:200], PASSPHRASE, "with this passphrase"),
}


@pytest.mark.parametrize("name", BAD_KEYS)
def test_a_key_that_cannot_be_used_says_so_without_showing(name: str) -> None:
    make_text, passphrase, problem = BAD_KEYS[name]
    text = make_text()
    with pytest.raises(ConnectorError, match=problem) as refused:
        load_private_key(SourceSettings(ssh_key=text, ssh_key_passphrase=passphrase))
    assert refused.value.kind is ErrorKind.CONFIGURATION
    assert refused.value.remedy
    assert ("ENCORD_SYNC_SSH_KEY_PASSPHRASE" in refused.value.remedy) is ("passphrase" in problem)
    printed = "".join(traceback.format_exception(refused.value))
    assert not any(line in printed for line in text.splitlines() if len(line) > 10 and "PRIVATE KEY" not in line)
    assert PASSPHRASE not in printed


def test_no_key_at_all_names_every_way_to_give_one() -> None:
    with pytest.raises(ConnectorError) as refused:
        load_private_key(SourceSettings())
    assert refused.value.kind is ErrorKind.CONFIGURATION
    assert all(name in refused.value.remedy for name in ("--ssh-key-file", "ENCORD_SSH_KEY_FILE", "ENCORD_SSH_KEY"))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name, problem in (("absent", "does not exist"), (".", "is a folder"), ("binary", "not a text file")):
        path = str(tmp_path / name)
        with pytest.raises(ConnectorError, match=problem) as refused:
            load_private_key(SourceSettings(ssh_key_file=path))
        assert refused.value.kind is ErrorKind.CONFIGURATION


def test_a_path_with_a_null_byte() -> None:
    with pytest.raises(ConnectorError, match="cannot be read"):
        load_private_key(SourceSettings(ssh_key_file="key\0file"))


@pytest.mark.parametrize(
    "as_carried",
    [
        lambda text: text.replace("\n", "\\n"),
        lambda text: text.replace("\n", "\\r\\n"),
        lambda text: '"' + text.strip().replace("\n", "\\n") + '"',
        lambda text: text.replace("\n", " "),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
    ],
)
def test_a_key_that_lost_its_line_breaks_on_the_way_is_a_key(as_carried: Callable[[str], str], tmp_path: Path) -> None:
    """As variables, secrets of a CI and files of them carry it."""
    text = as_carried(openssh_text(key_of(9)))
    assert same(load_private_key(SourceSettings(ssh_key=text)), key_of(9))
    (tmp_path / "key").write_text(text, encoding="utf-8", newline="")
    assert same(load_private_key(SourceSettings(ssh_key_file=str(tmp_path / "key"))), key_of(9))
