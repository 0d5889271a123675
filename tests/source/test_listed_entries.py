"""A listing gone through a window at a time: the same entries as the answer read whole, wherever the windows end."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.errors import UnreadableEntryError
from connector.source.answers import listed_entries
from connector.source.answers.answer_body import AnswerBody
from connector.source.answers.listed_entries import HASHES_SCHEMA, RawEntries, read_entries

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text('ab"\\{}[],: é\U0001f404', max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab},{", max_size=4), inner, max_size=4),
    max_leaves=12,
)
LISTS = st.lists(VALUES | st.dictionaries(st.sampled_from(["data_hash", "label_hash", "},"]), VALUES), max_size=40)
FORMS = [
    '{{"status":200,"response":{}}}',
    '{{"response":{},"status":200}}',
    ' {{ "status" : 200 ,\n "response" : {} }} ',
    '{{"message":"x","status":200,"response":{}}}',
]
SPACES: list[dict[str, Any]] = [{"separators": (",", ":")}, {}, {"indent": 1}, {"ensure_ascii": False}]


def read(content: bytes) -> RawEntries:
    status, entries = read_entries(AnswerBody(bytearray(content)))
    assert status == 200
    return entries


@pytest.fixture(params=[16, 64, 300])
def window(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Windows of so many bytes."""
    monkeypatch.setattr(listed_entries, "_WINDOW_BYTES", request.param)
    return int(request.param)


@pytest.mark.usefixtures("window")
@pytest.mark.parametrize("form", FORMS)
def test_windows_find_what_the_whole_holds(form: str) -> None:
    @settings(max_examples=40, deadline=None)
    @given(LISTS, st.sampled_from(SPACES))
    def check(values: list[object], spaces: dict[str, Any]) -> None:
        entries = read(form.format(json.dumps(values, **spaces)).encode())
        assert list(entries) == values
        hashes = entries.hashes()
        for name in ("data_hash", "label_hash"):
            texts = [value.get(name) if isinstance(value, dict) else None for value in values]
            assert hashes[name].to_pylist() == [text if isinstance(text, str) else None for text in texts]

    check()


@pytest.mark.usefixtures("window")
@pytest.mark.parametrize(
    "broken",
    [
        '{"status":200,"response":[{"a":1},{"b":2',
        '{"status":200,"response":[{"a":1},{"b":2}',
        '{"status":200,"response":[{"a":1} {"b":2}]}',
        '{"status":200,"response":[{"a":1},{"b":]}]}',
    ],
)
def test_what_is_no_json_is_refused(broken: str) -> None:
    many = ",".join(['{"entry":"of some length"}'] * 50)
    with pytest.raises(msgspec.DecodeError):
        read_entries(AnswerBody(bytearray(broken.replace("[", f"[{many},", 1).encode())))


def test_another_status_is_told() -> None:
    status, entries = read_entries(AnswerBody(bytearray(b'{"status":401,"response":[]}')))
    assert (status, len(entries)) == (401, 0)


def test_an_entry_that_cannot_be_decoded_says_what_it_is_called() -> None:
    entries = read(b'{"status":200,"response":[{"data_hash":"a"},{"label_hash":"b","data_hash":"\xff"}]}')
    assert entries[0] == {"data_hash": "a"}
    for entry in (1, slice(1, None)):
        with pytest.raises(UnreadableEntryError, match="data_hash holds half a character") as raised:
            _ = entries[entry] if isinstance(entry, int) else list(entries[entry])
        assert raised.value.names == {"label_hash": "b"}
    assert entries.hashes().to_pylist() == [{"data_hash": "a", "label_hash": None}, dict.fromkeys(HASHES_SCHEMA.names)]
