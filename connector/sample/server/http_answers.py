"""What the fake server answers, before and after faults: status, headers, body, and how it is delivered."""

import enum
from dataclasses import dataclass, field

import orjson


class Delivery(enum.Enum):
    """How an answer is delivered."""

    WHOLE = "whole"
    RESET_BEFORE_ANSWER = "reset before the answer"
    RESET_IN_BODY = "reset in the body"
    TRUNCATED = "truncated"
    DRIP = "drip"
    ENDLESS = "the body again and again, for ever"
    ENDLESS_HEAD = "headers for ever"


@dataclass
class Answer:
    """One HTTP answer.

    `seconds` is how long a drip takes in all, or the pause within an endless answer.

    `items` holds the JSON of each element of a list answer with its key (label hash, or data hash for a row without
    one), so that faults can drop, double or bend single elements; `prefix` and `suffix` go around them.
    """

    status: int = 200
    body: bytes = b""
    items: list[tuple[str, bytes]] | None = None
    prefix: bytes = b""
    suffix: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    delivery: Delivery = Delivery.WHOLE
    error_code: str | None = None
    share_sent: float = 0.5
    seconds: float = 0.0

    def content(self) -> bytes:
        """The body as sent, uncompressed."""
        if self.items is None:
            return self.body
        return b"".join((self.prefix, b",".join([item for _, item in self.items]), self.suffix))


def legacy_answer(data: object) -> Answer:
    """A successful answer of the older API: the data in its envelope."""
    return Answer(body=orjson.dumps({"status": 200, "response": data}))


def legacy_list(items: list[tuple[str, bytes]]) -> Answer:
    """A list of the older API, made from elements that are already JSON."""
    return Answer(items=items, prefix=b'{"status":200,"response":[', suffix=b"]}")


def legacy_error(code: str, status: int, payload: object = None) -> Answer:
    """An error of the older API: HTTP 200, and status, code and payload in the envelope."""
    body = orjson.dumps({"status": status, "response": [code], "payload": payload})
    return Answer(body=body, error_code=code)


def v2_answer(data: object) -> Answer:
    """A successful answer of the v2 API: plain JSON."""
    return Answer(body=orjson.dumps(data))


def v2_error(status: int, message: str) -> Answer:
    """An error of the v2 API: the HTTP status says what, the message why."""
    return Answer(status=status, body=orjson.dumps({"message": message}))
