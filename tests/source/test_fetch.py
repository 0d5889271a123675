"""Label rows over HTTP: each wanted one comes out once, as a row or as a failure, whatever happens on the way."""

from collections.abc import Collection

import pytest

from connector.errors import ConnectorError, ErrorKind
from connector.sample import (
    INVALID_JSON,
    RESET_BEFORE_ANSWER,
    RESET_IN_BODY,
    TRUNCATED_BODY,
    Body,
    DoubleElement,
    DropElement,
    EditElement,
    Fault,
    FaultAction,
    Hook,
    HttpStatus,
    KeepShare,
    Refusal,
    SampleServer,
    TooLarge,
    with_value,
    without_key,
)
from connector.source.label_rows.fetched import FetchedLabelRow, LabelRowFailure, WantedLabelRow
from connector.source.label_rows.matched_answer import REQUIRED_KEYS
from connector.source.source import Source
from tests.source.conftest import Listener
from tests.source.world import PROJECT_HASH, image_world, label_hash_of, settings_for

ALL = [label_hash_of(number) for number in range(8)]
BAD = label_hash_of(3)
CORRUPTED = Refusal("CORRUPTED_LABEL_ERROR", 400, "the label text of a customer")


def wanted(label_hashes: Collection[str]) -> list[WantedLabelRow]:
    return [WantedLabelRow(label_hash) for label_hash in label_hashes]


def fetched(
    server: SampleServer, label_hashes: Collection[str] = ALL, heard: Listener | None = None, **options: object
) -> tuple[dict[str, FetchedLabelRow], dict[str, LabelRowFailure]]:
    """Rows and failures by label hash; nothing may come twice, or be lost."""
    rows: dict[str, FetchedLabelRow] = {}
    failures: dict[str, LabelRowFailure] = {}
    source = Source.connect(settings_for(server, **options), on_event=heard)
    for bundle in source.fetch(PROJECT_HASH, wanted(label_hashes)):
        for row in bundle.rows:
            assert row.label_hash not in rows.keys() | failures.keys()
            assert row.labels()["label_hash"] == row.label_hash
            rows[row.label_hash] = row
        for failure in bundle.failures:
            assert failure.label_hash not in rows.keys() | failures.keys()
            failures[failure.label_hash] = failure
    assert rows.keys() | failures.keys() == set(label_hashes)
    assert not server.requests.writes()
    assert source.requests_sent == len(server.requests)
    return rows, failures


def sizes(server: SampleServer) -> list[int]:
    return [len(record.uids) for record in server.requests.of_kind("label_rows")]


def test_bundles_by_count(server: SampleServer) -> None:
    rows, failures = fetched(server, bundle_rows=3, requests_in_flight=1)
    assert len(rows) == 8
    assert not failures
    assert sizes(server) == [3, 3, 2]
    assert sorted(server.requests.label_hashes()) == ALL


def test_doubled_wishes_are_one(server: SampleServer) -> None:
    assert len(fetched(server, sorted([*ALL, *ALL]))[0]) == 8
    assert sizes(server) == [8]


def test_nothing_wanted_nothing_sent(server: SampleServer) -> None:
    assert fetched(server, [])[0] == {}
    assert not server.requests


def test_a_row_without_a_label_hash_is_never_asked_for(server: SampleServer) -> None:
    with pytest.raises(ConnectorError) as refused:
        list(Source.connect(settings_for(server)).fetch(PROJECT_HASH, wanted([ALL[0], ""])))
    assert refused.value.kind is ErrorKind.INTERNAL
    assert not server.requests


def test_no_signed_url_is_asked_for(server: SampleServer) -> None:
    rows, _ = fetched(server)
    assert all("signature=" not in str(row.labels()) for row in rows.values())


class TestMissing:
    @pytest.mark.parametrize("is_strict", [False, True])
    def test_a_row_that_is_gone(self, server: SampleServer, heard: Listener, is_strict: bool) -> None:
        """The server may leave it out, or refuse the whole request for it."""
        server.world.is_multi_get_strict = is_strict
        server.world.projects[PROJECT_HASH].delete_label_row(BAD)
        rows, failures = fetched(server, heard=heard)
        assert len(rows) == 7
        assert failures[BAD].kind is ErrorKind.MISSING
        assert BAD in failures[BAD].message
        assert heard.named("bundle_split" if is_strict else "asked_again")

    def test_a_row_missing_once_is_asked_for_once_more(self, server: SampleServer) -> None:
        server.faults.add(Fault(DropElement(), kind="label_rows", label_hash=BAD))
        rows, failures = fetched(server)
        assert len(rows) == 8
        assert not failures
        assert sizes(server) == [8, 1]

    def test_an_answer_of_half_is_completed(self, server: SampleServer) -> None:
        server.faults.add(Fault(KeepShare(0.5), kind="label_rows", times=2))
        assert len(fetched(server)[0]) == 8
        assert sizes(server) == [8, 4, 2]

    def test_one_bad_row_that_empties_the_answer(self, server: SampleServer) -> None:
        server.faults.add(Fault(KeepShare(0.0), kind="label_rows", label_hash=BAD, times=None))
        rows, failures = fetched(server)
        assert len(rows) == 7
        assert failures[BAD].kind is ErrorKind.MISSING

    def test_a_row_deleted_while_being_fetched(self, server: SampleServer) -> None:
        project = server.world.projects[PROJECT_HASH]
        server.faults.add(Fault(Hook(lambda: project.delete_label_row(BAD)), kind="label_rows"))
        assert fetched(server)[1].keys() == {BAD}


class TestMalformed:
    @pytest.mark.parametrize("name", [name for name in REQUIRED_KEYS if name != "label_hash"])
    def test_a_missing_key(self, server: SampleServer, name: str) -> None:
        server.faults.add(Fault(without_key(name), kind="label_rows", label_hash=BAD, times=None))
        rows, failures = fetched(server)
        assert len(rows) == 7
        assert failures[BAD].kind is ErrorKind.SOURCE_CONTENT
        assert name in failures[BAD].message
        assert sizes(server) == [8]

    @pytest.mark.parametrize("name", ["data_units", "object_answers", "classification_answers", "spaces", "scene"])
    def test_a_part_of_another_type(self, server: SampleServer, name: str) -> None:
        server.faults.add(Fault(with_value(name, ["list"]), kind="label_rows", label_hash=BAD, times=None))
        rows, failures = fetched(server)
        assert len(rows) == 7
        assert failures[BAD].kind is ErrorKind.SOURCE_CONTENT
        assert name in failures[BAD].message

    @pytest.mark.parametrize("entry", ["text", None, 7, [], {"label_hash": None}, {"label_hash": 7}, {}])
    def test_an_entry_that_does_not_say_what_it_is(self, server: SampleServer, entry: object) -> None:
        server.faults.add(Fault(EditElement(lambda _: entry), kind="label_rows", label_hash=BAD, times=None))
        rows, failures = fetched(server)
        assert len(rows) == 7
        assert failures[BAD].kind is ErrorKind.SOURCE_CONTENT
        assert sizes(server) == [8, 1]

    def test_units_of_odd_types_come_through_as_they_are(self, server: SampleServer) -> None:
        odd = {"x": None, "y": [1], "z": {"labels": "text"}}
        server.faults.add(Fault(with_value("data_units", odd), kind="label_rows", label_hash=BAD))
        assert fetched(server)[0][BAD].labels()["data_units"] == odd

    def test_an_unknown_field_is_kept(self, server: SampleServer) -> None:
        server.faults.add(Fault(with_value("newest_feature", {"a": 1}), kind="label_rows", label_hash=BAD))
        assert fetched(server)[0][BAD].labels()["newest_feature"] == {"a": 1}

    def test_a_doubled_row_is_kept_once(self, server: SampleServer) -> None:
        server.faults.add(Fault(DoubleElement(), kind="label_rows"))
        assert len(fetched(server)[0]) == 8

    def test_a_row_that_nobody_asked_for_is_ignored(self, server: SampleServer) -> None:
        server.faults.add(Fault(DoubleElement(), kind="label_rows"))
        server.faults.add(Fault(with_value("label_hash", "stranger"), kind="label_rows"))
        assert len(fetched(server)[0]) == 8


class TestBundlesThatFail:
    @pytest.mark.parametrize(
        ("action", "kind"),
        [
            (CORRUPTED, ErrorKind.SOURCE_CONTENT),
            (Refusal("INVALID_ARGUMENTS_ERROR", 400), ErrorKind.SOURCE_CONTENT),
            (Body(b'{"status": 200, "response": 7}'), ErrorKind.SOURCE_CONTENT),
            (Refusal("RESOURCE_NOT_FOUND_ERROR", 404), ErrorKind.MISSING),
            (HttpStatus(500), ErrorKind.UNREACHABLE),
            (HttpStatus(504, is_html=True), ErrorKind.UNREACHABLE),
            (RESET_BEFORE_ANSWER, ErrorKind.UNREACHABLE),
            (TRUNCATED_BODY, ErrorKind.UNREACHABLE),
            (INVALID_JSON, ErrorKind.UNREACHABLE),
        ],
        ids=str,
    )
    def test_the_row_at_fault_is_found_and_the_others_go_on(
        self, server: SampleServer, heard: Listener, action: FaultAction, kind: ErrorKind
    ) -> None:
        server.faults.add(Fault(action, kind="label_rows", label_hash=BAD, times=None))
        rows, failures = fetched(server, heard=heard)
        assert len(rows) == 7
        assert failures.keys() == {BAD}
        assert failures[BAD].kind is kind
        assert "customer" not in failures[BAD].message
        assert [event.fields["label_rows"] for event in heard.named("bundle_split")] == [8, 4, 2]

    @pytest.mark.parametrize(
        "action", [RESET_IN_BODY, TRUNCATED_BODY, INVALID_JSON, HttpStatus(502, is_html=True)], ids=str
    )
    def test_what_passes_costs_one_more_request(self, server: SampleServer, action: FaultAction) -> None:
        server.faults.add(Fault(action, kind="label_rows"))
        assert len(fetched(server)[0]) == 8
        assert sizes(server) == [8, 8]

    def test_two_rows_at_fault_in_one_bundle(self, server: SampleServer) -> None:
        for number in (0, 7):
            server.faults.add(Fault(HttpStatus(500), kind="label_rows", label_hash=label_hash_of(number), times=None))
        rows, failures = fetched(server)
        assert len(rows) == 6
        assert failures.keys() == {label_hash_of(0), label_hash_of(7)}


class TestTooLarge:
    def test_later_bundles_are_small_from_the_start(self, heard: Listener) -> None:
        with SampleServer(image_world(rows=40)) as server:
            server.faults.add(Fault(TooLarge(row_limit=5), kind="label_rows", times=None))
            hashes = [label_hash_of(number) for number in range(40)]
            rows, failures = fetched(server, hashes, heard, bundle_rows=16, requests_in_flight=1)
            assert len(rows) == 40
            assert not failures
            assert sizes(server) == [16, 8, 8, 4, 4, 4, 4, *[4] * 6]
            assert [event.fields["row_limit"] for event in heard.named("bundle_halved")] == [8, 4, 4]

    def test_a_row_too_large_by_itself(self, server: SampleServer) -> None:
        server.faults.add(Fault(HttpStatus(413), kind="label_rows", label_hash=BAD, times=None))
        rows, failures = fetched(server)
        assert len(rows) == 7
        assert failures[BAD].kind is ErrorKind.TOO_LARGE

    def test_the_limit_that_encord_names(self, server: SampleServer) -> None:
        limit = Refusal("MULTI_LABEL_LIMIT_ERROR", 400, {"maximum_labels_allowed": 4})
        server.faults.add(Fault(limit, kind="label_rows", when=lambda record: len(record.uids) > 4, times=None))
        assert len(fetched(server)[0]) == 8
        assert sizes(server) == [8, 4, 4]
