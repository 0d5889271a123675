"""Taking JSON apart where parts of it are none: what is whole is found, and what is wrong is named with its place."""

import json

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import FormatError
from connector.source.answers import json_parts
from connector.source.answers.json_parts import json_problem, list_places, object_places, readable_parts, split_object
from tests.bad_json import BAD_VALUES, with_bad_value

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text('a"\\[]{},: é', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('a"\\]}', max_size=3), inner, max_size=3),
    max_leaves=10,
)


def elements(content: bytes) -> list[bytes]:
    return [content[slice(*place)] for place in list_places(content)[0]]


@given(st.lists(VALUES, max_size=5), st.sampled_from([None, 1]), st.sampled_from(["", " \n"]))
def test_every_value_is_found_where_it_is(values: list[object], indent: int | None, before: str) -> None:
    content = (before + json.dumps(values, indent=indent)).encode()
    assert [orjson.loads(element) for element in elements(content)] == values
    assert list_places(content)[1] == len(content)
    content = json.dumps({str(place): value for place, value in enumerate(values)}, indent=indent).encode()
    places, end = object_places(content)
    assert [orjson.loads(content[slice(*place)]) for place in places.values()] == values
    assert end == len(content)


@pytest.mark.parametrize("name", BAD_VALUES)
def test_a_bad_value_is_named_and_costs_no_other(name: str) -> None:
    value, problem = BAD_VALUES[name]
    bad = with_bad_value(b'{"label_hash":"b"}', value)
    content = b"[" + b" , ".join([b'{"label_hash":"a"}', bad, b'{"label_hash":"c"}']) + b"]"
    assert elements(content) == [b'{"label_hash":"a"}', bad, b'{"label_hash":"c"}']
    assert problem in str(json_problem(bad))
    assert bytes(memoryview(readable_parts(msgspec.Raw(bad))["label_hash"])) == b'"b"'
    if "nested" not in problem and "no JSON:" not in str(json_problem(bad)):
        assert str(json_problem(bad)).endswith("(in extra)")


def test_large_json_is_searched_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_parts, "_WHOLE_BYTES", 10)
    content = b'{"data_units":{"u":{"labels":{"7":{"objects":[{"confidence":1},{"confidence":NaN}]}}}}}'
    assert json_problem(content).path == ("data_units", "u", "labels", "7", "objects", 1, "confidence")
    assert "is cut short or damaged" in str(json_problem(content[:-3]))


@pytest.mark.parametrize(
    "content", [b'[{"a":1}, {"b":2', b'[{"a":1}, {"b":[2}', b'[{"a":1} {"b":2}]', b'[{"a":1}}', b"[1, 2"]
)
def test_a_list_that_is_cut_short_or_damaged_has_what_came_before(content: bytes) -> None:
    found = list_places(content)
    assert found[1] is None
    assert [bytes(content[slice(*place)]) for place in found[0]] in ([b'{"a":1}'], [], [b"1"])


def test_what_is_no_list_and_no_object_has_no_parts() -> None:
    assert list_places(b'{"a":1}') == ([], None)
    assert list_places(b"") == ([], None)
    assert object_places(b"[1]") == ({}, None)
    assert readable_parts(msgspec.Raw(b"[1]")) == {}
    with pytest.raises(FormatError, match="is not an object"):
        split_object(msgspec.Raw(b"17"))


def test_of_a_key_that_comes_twice_the_last_counts() -> None:
    twice = b'{"label_hash":"a","label_hash":"b"}'
    assert orjson.loads(twice) == {"label_hash": "b"}
    for parts in (split_object(msgspec.Raw(twice)), readable_parts(msgspec.Raw(with_bad_value(twice, b"NaN")))):
        assert bytes(memoryview(parts["label_hash"])) == b'"b"'
