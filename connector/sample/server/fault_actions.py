"""What can go wrong with one request: each action answers instead of the server, or changes the server's answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from connector.sample.server.http_answers import Answer, Delivery, legacy_error, v2_error
from connector.sample.server.request_log import RequestRecord
from connector.sample.world.archived import label_blobs


class FaultAction:
    """Something that goes wrong; an action overrides one of the two methods, or both."""

    def instead(self, _record: RequestRecord, _is_v2: bool, /) -> Answer | None:
        """An answer in place of the server's, or None."""
        return None

    def bend(self, answer: Answer, _label_hash: str | None, /) -> Answer:
        """The server's answer, changed; the label hash is the row that the fault names."""
        return answer


@dataclass(frozen=True)
class HttpStatus(FaultAction):
    """An HTTP status such as 429, 413, 500, 502, 503 or 504, from the server itself or from something in front of it.

    Attributes:
        status: The status.
        retry_after: The `Retry-After` header as it is sent: seconds, an HTTP date, or anything else.
        is_html: An HTML page, as proxies answer, instead of JSON.
    """

    status: int
    retry_after: str | int | None = None
    is_html: bool = False

    def instead(self, _record: RequestRecord, _is_v2: bool, /) -> Answer | None:
        """The status, whatever was asked."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if self.is_html:
            page = f"<html><head><title>{self.status}</title></head><body><h1>{self.status}</h1></body></html>"
            return Answer(self.status, page.encode(), headers=headers, content_type="text/html")
        return Answer(self.status, orjson.dumps({"message": f"injected {self.status}"}), headers=headers)


@dataclass(frozen=True)
class Refusal(FaultAction):
    """An error in Encord's form: in the envelope of the older API (HTTP 200), or as a status of the v2 API."""

    code: str
    status: int
    payload: Any = None

    def instead(self, _record: RequestRecord, is_v2: bool, /) -> Answer | None:
        """The refusal, in the words of the API that was called."""
        return v2_error(self.status, self.code) if is_v2 else legacy_error(self.code, self.status, self.payload)


KEY_EXPIRED = Refusal("AUTHENTICATION_ERROR", 401)
KEY_REVOKED = Refusal("SSH_KEY_NOT_FOUND_ERROR", 401)
NOT_AUTHORISED = Refusal("AUTHORISATION_ERROR", 403)
NOT_FOUND = Refusal("RESOURCE_NOT_FOUND_ERROR", 404)
RATE_LIMIT_IN_ENVELOPE = Refusal("RATE_LIMIT_ERROR", 429)


@dataclass(frozen=True)
class TooLarge(FaultAction):
    """413 for requests of more label rows, or answers of more bytes, than allowed."""

    row_limit: int | None = None
    byte_limit: int | None = None

    def instead(self, record: RequestRecord, _is_v2: bool, /) -> Answer | None:
        """413, if more rows were asked for than allowed."""
        if self.row_limit is not None and len(record.uids) > self.row_limit:
            return v2_error(413, f"at most {self.row_limit} label rows")
        return None

    def bend(self, answer: Answer, _label_hash: str | None, /) -> Answer:
        """413, if the answer is longer than allowed."""
        if self.byte_limit is not None and len(answer.content()) > self.byte_limit:
            return v2_error(413, f"at most {self.byte_limit} bytes")
        return answer


@dataclass(frozen=True)
class Broken(FaultAction):
    """The answer travels badly: reset, cut short, or drop by drop.

    Attributes:
        delivery: How.
        share_sent: The part of the body that goes out before it breaks.
        seconds: How long a drip takes in all.
    """

    delivery: Delivery
    share_sent: float = 0.5
    seconds: float = 0.0

    def bend(self, answer: Answer, _label_hash: str | None, /) -> Answer:
        """The same answer, delivered badly."""
        answer.delivery, answer.share_sent, answer.seconds = self.delivery, self.share_sent, self.seconds
        return answer


@dataclass(frozen=True)
class Body(FaultAction):
    """Another body, with status 200: invalid JSON, a list where a dict belongs, anything."""

    content: bytes = b'{"status": 200, "response": [{"label_hash": '

    def bend(self, _answer: Answer, _label_hash: str | None, /) -> Answer:
        """That body instead of the real one."""
        return Answer(body=self.content)


@dataclass(frozen=True)
class EditElement(FaultAction):
    """Changes one element of a list answer (or the single row): a missing key, a wrong type, a new shape.

    `edit` gets the element as a dict and returns its replacement. It hits the row that the fault names, or else the
    first one.
    """

    edit: Callable[[dict[str, Any]], object]

    def bend(self, answer: Answer, label_hash: str | None, /) -> Answer:
        """The answer with that element changed."""
        items = answer.items or []
        chosen = _position(items, label_hash)
        if chosen is not None:
            key, element = items[chosen]
            items[chosen] = (key, orjson.dumps(self.edit(orjson.loads(element))))
        return answer


@dataclass(frozen=True)
class EditJson(FaultAction):
    """Changes the JSON of one element of a list answer, to something that need not be valid JSON, such as NaN.

    It hits the row that the fault names, or else the first one.
    """

    edit: Callable[[bytes], bytes]

    def bend(self, answer: Answer, label_hash: str | None, /) -> Answer:
        """The answer with that element changed."""
        items = answer.items or []
        chosen = _position(items, label_hash)
        if chosen is not None:
            key, element = items[chosen]
            items[chosen] = (key, self.edit(element))
        return answer


@dataclass(frozen=True)
class DropElement(FaultAction):
    """One element missing from a list answer."""

    def bend(self, answer: Answer, label_hash: str | None, /) -> Answer:
        """The answer without it."""
        items = answer.items or []
        chosen = _position(items, label_hash)
        if chosen is not None:
            del items[chosen]
        return answer


@dataclass(frozen=True)
class DoubleElement(FaultAction):
    """One element of a list answer twice."""

    def bend(self, answer: Answer, label_hash: str | None, /) -> Answer:
        """The answer with that element once more at its end."""
        items = answer.items or []
        chosen = _position(items, label_hash)
        if chosen is not None:
            items.append(items[chosen])
        return answer


@dataclass(frozen=True)
class KeepShare(FaultAction):
    """Only the first part of a list answer: 0 is an empty listing, 0.5 half of one."""

    share: float

    def bend(self, answer: Answer, _label_hash: str | None, /) -> Answer:
        """The answer with that part of its elements."""
        items = answer.items or []
        del items[int(len(items) * self.share) :]
        return answer


@dataclass(frozen=True)
class Hook(FaultAction):
    """Something done on the server just before it answers, such as an edit between listing and fetch."""

    call: Callable[[], object]

    def instead(self, _record: RequestRecord, _is_v2: bool, /) -> Answer | None:
        """Nothing but the call."""
        self.call()
        return None


RESET_BEFORE_ANSWER = Broken(Delivery.RESET_BEFORE_ANSWER)
RESET_IN_BODY = Broken(Delivery.RESET_IN_BODY)
TRUNCATED_BODY = Broken(Delivery.TRUNCATED)
INVALID_JSON = Body()
EMPTY_LISTING = KeepShare(0.0)
HALF_LISTING = KeepShare(0.5)


def slow_drip(seconds: float) -> Broken:
    """An answer that takes this long to trickle in."""
    return Broken(Delivery.DRIP, seconds=seconds)


def without_key(name: str) -> EditElement:
    """An element that lacks a key."""
    return EditElement(lambda element: {key: value for key, value in element.items() if key != name})


def with_value(name: str, value: object) -> EditElement:
    """An element with another value for a key: a wrong type, or an unknown field."""
    return EditElement(lambda element: {**element, name: value})


def with_unknown_shape(shape: str = "hexagon") -> EditElement:
    """A label row whose drawn objects have a shape that no SDK knows, with geometry under the shape's name."""

    def edit(labels: dict[str, Any]) -> object:
        for blob in label_blobs(labels):
            for drawn in blob["objects"]:
                drawn["shape"], drawn[shape] = shape, {"x": 0.5, "y": 0.5, "side": 0.1}
        return labels

    return EditElement(edit)


def _position(items: list[tuple[str, bytes]], label_hash: str | None) -> int | None:
    if label_hash is None:
        return 0 if items else None
    return next((position for position, (key, _) in enumerate(items) if key == label_hash), None)
