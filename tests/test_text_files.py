"""Text files that a user gives, as editors and shells of all kinds write them: read, or refused in one sentence."""

import codecs
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from connector import text_files
from connector.config import load_settings
from connector.errors import ConnectorError, ErrorKind
from connector.label_files.file_project import read_ontology_file
from connector.source.connection.settings import SourceSettings
from connector.source.connection.ssh_key import load_private_key
from connector.text_files import read_text
from tests.source.test_ssh_key import key_of, openssh_text, same

ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": lambda text: text.encode(),
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "UTF-8 with CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "UTF-16 of PowerShell": lambda text: codecs.BOM_UTF16_LE + text.replace("\n", "\r\n").encode("utf-16-le"),
    "UTF-16, big end first": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
}
ONTOLOGY = {"objects": [], "classifications": [], "name": "Kühe"}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_settings_key_and_ontology_are_read_in_every_encoding(encoding: str, tmp_path: Path) -> None:
    encode = ENCODINGS[encoding]
    files = [tmp_path / name for name in ("settings.toml", "key", "ontology.json")]
    texts = ['project_title = "Kühe"\nall_projects = true\n', openssh_text(key_of(3)), json.dumps(ONTOLOGY, indent=1)]
    for file, text in zip(files, texts, strict=True):
        file.write_bytes(encode(text))
    settings, key, ontology = files
    assert load_settings({}, {}, settings).project_title == "Kühe"
    assert same(load_private_key(SourceSettings(ssh_key_file=str(key))), key_of(3))
    assert read_ontology_file(ontology) == ONTOLOGY


BAD_FILES = {
    "Latin-1": ("Kühe".encode("latin-1"), "is not a text file in UTF-8 (byte 1)"),
    "UTF-16 without a mark": ("all = 1".encode("utf-16-le"), "is not a text file in UTF-8 (byte 1)"),
    "half of UTF-16": (codecs.BOM_UTF16_LE + b"a", "is not a text file in UTF-8"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "is not a text file in UTF-8 (byte 0)"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_what_is_no_text_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    content, problem = BAD_FILES[name]
    file = tmp_path / "file"
    file.write_bytes(content)
    for read, what in (
        (lambda: load_settings({}, {}, file), "The configuration file"),
        (lambda: load_private_key(SourceSettings(ssh_key_file=str(file))), "The SSH key file"),
        (lambda: read_ontology_file(file), "The ontology file"),
    ):
        with pytest.raises(ConnectorError) as refused:
            read()
        assert refused.value.kind is ErrorKind.CONFIGURATION
        assert refused.value.message.startswith(f"{what} '{file}' {problem}")


def test_a_file_that_is_too_large_or_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_files, "LARGEST_BYTES", 10)
    (tmp_path / "large").write_text("x" * 11)
    for name, problem in (("large", "is larger than"), ("absent", "does not exist"), (".", "is a folder")):
        with pytest.raises(ConnectorError, match=problem):
            read_text(tmp_path / name, "The file")
    with pytest.raises(ConnectorError, match="cannot be read"):
        read_text("~nobody-of-this-name/file", "The file")


def test_an_ontology_that_is_no_json_says_where(tmp_path: Path) -> None:
    file = tmp_path / "ontology.json"
    file.write_text(json.dumps({"objects": [{"id": float("nan")}], "classifications": []}))
    with pytest.raises(ConnectorError, match=r"cannot be used: id is NaN.*\(in objects/0\)"):
        read_ontology_file(file)
