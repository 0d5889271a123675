"""Every fault, as the SDK sees it: on which request it strikes, how often, and what the exception is."""

from collections.abc import Callable
from typing import Any

import pytest
from encord import EncordUserClient, Project
from encord.exceptions import (
    AuthenticationError,
    AuthorisationError,
    EncordException,
    GenericServerError,
    PayloadTooLargeError,
    RateLimitExceededError,
    RequestException,
    ResourceNotFoundError,
    SshKeyNotFound,
    UnknownException,
)
from encord.objects import LabelRowV2

from connector.sample import (
    EMPTY_LISTING,
    HALF_LISTING,
    INVALID_JSON,
    KEY_EXPIRED,
    KEY_REVOKED,
    NOT_AUTHORISED,
    NOT_FOUND,
    RATE_LIMIT_IN_ENVELOPE,
    RESET_BEFORE_ANSWER,
    RESET_IN_BODY,
    TRUNCATED_BODY,
    DoubleElement,
    DropElement,
    Fault,
    FaultAction,
    Hook,
    HttpStatus,
    SampleProject,
    SampleServer,
    TooLarge,
    slow_drip,
    with_unknown_shape,
    with_value,
    without_key,
)
from connector.sample.world.archived import label_blobs


@pytest.fixture
def read(client: EncordUserClient, project: SampleProject) -> Project:
    return client.get_project(project.project_hash)


@pytest.fixture
def fetch(read: Project) -> Callable[..., dict[str, dict[str, Any]]]:
    """Ask for labels in one request, and get the raw dicts by label hash."""

    def fetched(*rows: LabelRowV2) -> dict[str, dict[str, Any]]:
        answered = read._client.get_label_rows([str(row.label_hash) for row in rows], get_signed_url=False)
        return {row["label_hash"]: row for row in answered}

    return fetched


@pytest.fixture
def rows(read: Project) -> list[LabelRowV2]:
    return [row for row in read.list_label_rows_v2(include_all_label_branches=True) if row.label_hash][:6]


Fetch = Callable[..., dict[str, dict[str, Any]]]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (HttpStatus(429, retry_after=7), RateLimitExceededError),
        (RATE_LIMIT_IN_ENVELOPE, RateLimitExceededError),
        (HttpStatus(413), PayloadTooLargeError),
        (HttpStatus(500), GenericServerError),
        (HttpStatus(502, is_html=True), RequestException),
        (HttpStatus(503), GenericServerError),
        (HttpStatus(504), GenericServerError),
        (KEY_EXPIRED, AuthenticationError),
        (KEY_REVOKED, SshKeyNotFound),
        (NOT_AUTHORISED, AuthorisationError),
        (NOT_FOUND, ResourceNotFoundError),
        (RESET_BEFORE_ANSWER, RequestException),
        (RESET_IN_BODY, RequestException),
        (TRUNCATED_BODY, RequestException),
        (INVALID_JSON, RequestException),
    ],
)
def test_a_fault_strikes_once_and_then_all_is_well(
    server: SampleServer, rows: list[LabelRowV2], fetch: Fetch, action: FaultAction, expected: type[Exception]
) -> None:
    fault = server.faults.add(Fault(action, kind="label_rows"))
    with pytest.raises(expected):
        fetch(*rows)
    assert fault.hits == 1
    assert len(fetch(*rows)) == len(rows)
    assert fault.hits == 1


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (HttpStatus(429, retry_after=7), RateLimitExceededError),
        (HttpStatus(503), UnknownException),
        (KEY_EXPIRED, AuthenticationError),
        (NOT_AUTHORISED, AuthorisationError),
        (NOT_FOUND, ResourceNotFoundError),
        (RESET_IN_BODY, EncordException),
    ],
)
def test_faults_strike_the_v2_api_as_well(
    server: SampleServer,
    client: EncordUserClient,
    project: SampleProject,
    action: FaultAction,
    expected: type[Exception],
) -> None:
    server.faults.add(Fault(action, kind="project"))
    with pytest.raises(expected):
        client.get_project(project.project_hash)
    assert client.get_project(project.project_hash).title


@pytest.mark.parametrize(
    ("sent", "read_as"),
    [(7, 7), (3600, 3600), (None, None), ("Wed, 21 Oct 2099 07:28:00 GMT", None), ("soon", None)],
)
def test_retry_after_is_sent_as_given(
    server: SampleServer, rows: list[LabelRowV2], fetch: Fetch, sent: str | int | None, read_as: int | None
) -> None:
    """Without retries of its own the SDK reads seconds, and neither dates nor words."""
    server.faults.add(Fault(HttpStatus(429, retry_after=sent), kind="label_rows"))
    with pytest.raises(RateLimitExceededError) as caught:
        fetch(*rows)
    assert caught.value.retry_after == read_as


def test_skip_times_and_condition_choose_the_requests(
    server: SampleServer, rows: list[LabelRowV2], fetch: Fetch
) -> None:
    fault = Fault(HttpStatus(503), kind="label_rows", skip=1, times=2, when=lambda record: len(record.uids) > 2)
    server.faults.add(fault)
    fetch(*rows[:2])
    fetch(*rows)
    for _ in range(2):
        with pytest.raises(GenericServerError):
            fetch(*rows)
    fetch(*rows)
    assert fault.hits == 2


def test_a_row_can_poison_every_bundle_it_is_in(server: SampleServer, rows: list[LabelRowV2], fetch: Fetch) -> None:
    poison = str(rows[2].label_hash)
    server.faults.add(Fault(HttpStatus(500), kind="label_rows", label_hash=poison, times=None))
    with pytest.raises(GenericServerError):
        fetch(*rows)
    fetch(*rows[:2], *rows[3:])
    server.faults.clear()
    fetch(*rows)


def test_large_requests_and_answers_are_refused(server: SampleServer, rows: list[LabelRowV2], fetch: Fetch) -> None:
    server.faults.add(Fault(TooLarge(row_limit=3), kind="label_rows", times=None))
    with pytest.raises(PayloadTooLargeError):
        fetch(*rows)
    assert len(fetch(*rows[:3])) == 3
    server.faults.clear()
    server.faults.add(Fault(TooLarge(byte_limit=1_000), kind="label_rows", times=None))
    with pytest.raises(PayloadTooLargeError):
        fetch(rows[0])


def test_rows_go_missing_come_twice_or_are_bent(server: SampleServer, rows: list[LabelRowV2], read: Project) -> None:
    hashes = [str(row.label_hash) for row in rows]

    def answered() -> list[dict[str, Any]]:
        return list(read._client.get_label_rows(hashes, get_signed_url=False))

    server.faults.add(Fault(DropElement(), kind="label_rows", label_hash=hashes[1]))
    assert {row["label_hash"] for row in answered()} == set(hashes) - {hashes[1]}
    server.faults.add(Fault(DoubleElement(), kind="label_rows", label_hash=hashes[2]))
    assert sorted(row["label_hash"] for row in answered()) == sorted([*hashes, hashes[2]])
    server.faults.add(Fault(without_key("data_units"), kind="label_rows", label_hash=hashes[3]))
    assert [row["label_hash"] for row in answered() if "data_units" not in row] == [hashes[3]]
    server.faults.add(Fault(with_value("object_answers", {"x": 1}), kind="label_rows", label_hash=hashes[4]))
    assert [row["label_hash"] for row in answered() if row["object_answers"] == {"x": 1}] == [hashes[4]]


def test_a_shape_that_nobody_knows_can_be_sent(server: SampleServer, rows: list[LabelRowV2], fetch: Fetch) -> None:
    server.faults.add(Fault(with_unknown_shape("hexagon"), kind="label_rows", label_hash=str(rows[0].label_hash)))
    answered = fetch(*rows[:2])
    shapes = [
        {drawn["shape"] for blob in label_blobs(answered[str(row.label_hash)]) for drawn in blob["objects"]}
        for row in rows[:2]
    ]
    assert shapes[0] == {"hexagon"}
    assert "bounding_box" in shapes[1]


def test_listings_are_empty_half_or_hold_a_bad_entry(server: SampleServer, read: Project) -> None:
    whole = len(read.list_label_rows_v2())
    server.faults.add(Fault(EMPTY_LISTING, kind="listing"))
    assert read.list_label_rows_v2() == []
    server.faults.add(Fault(HALF_LISTING, kind="listing"))
    assert len(read.list_label_rows_v2()) == whole // 2
    server.faults.add(Fault(without_key("data_title"), kind="listing"))
    with pytest.raises(KeyError):
        read.list_label_rows_v2()
    assert len(read.list_label_rows_v2()) == whole


def test_a_slow_answer_arrives_whole(server: SampleServer, rows: list[LabelRowV2], fetch: Fetch) -> None:
    server.faults.add(Fault(slow_drip(0.3), kind="label_rows"))
    assert len(fetch(*rows)) == len(rows)


def test_an_edit_happens_between_listing_and_fetch(
    server: SampleServer, rows: list[LabelRowV2], fetch: Fetch, project: SampleProject
) -> None:
    label_hash = str(rows[0].label_hash)
    before = project.row(label_hash).metadata["last_edited_at"]
    server.faults.add(Fault(Hook(lambda: project.save_labels(label_hash)), kind="label_rows"))
    fetched = fetch(rows[0])[label_hash]
    assert fetched["last_edited_at"] == project.row(label_hash).labels["last_edited_at"]
    assert project.row(label_hash).metadata["last_edited_at"] > before


def test_authorisation_fails_for_one_project_only(server: SampleServer, client: EncordUserClient) -> None:
    server.faults.add(Fault(NOT_AUTHORISED, times=None, project_hash="00000000-0000-4000-8000-000000000000"))
    assert client.get_project(server.world.project_hash).title
    server.faults.add(Fault(NOT_AUTHORISED, times=None, project_hash=server.world.project_hash))
    with pytest.raises(AuthorisationError):
        client.get_project(server.world.project_hash)
