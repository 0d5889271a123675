"""Reads each answer before the SDK does, within limits, and takes the list in a good answer of the older API.

The SDK would read any answer to its end, however long, and make dicts of a whole list at once, which take many times
its size. It sees an empty list instead. Anything else goes to the SDK unchanged, so that its mapping of errors stays
the only one.
"""

import io
from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec
import requests

from connector.source.answers.answer_body import HELD_BYTES, AnswerBody, read_body
from connector.source.answers.exchange import DECODED, Exchange
from connector.source.answers.json_parts import Content, Place, is_end, list_places, object_places, raw_part

Answer = TypeVar("Answer")

_EMPTY_LIST = b'{"status":200,"response":[]}'


class _Envelope(msgspec.Struct):
    status: int
    response: list[msgspec.Raw]


_DECODER = msgspec.json.Decoder(_Envelope)


class RawList:
    """The elements of one answer.

    Attributes:
        elements: their JSON, as views of `body`; each is complete, but its parts are not yet known to be JSON.
        body: the answer.
    """

    def __init__(self, elements: list[msgspec.Raw], body: AnswerBody) -> None:
        self.elements = elements
        self.body = body

    @classmethod
    def of_values(cls, values: list[object]) -> "RawList":
        """The list of an answer that the SDK decoded itself, because its form was unusual."""
        content = bytearray(msgspec.json.encode(values))
        return cls(msgspec.json.decode(content, type=list[msgspec.Raw]), AnswerBody(content))


def decode_envelope(content: Content) -> tuple[int, list[msgspec.Raw]]:
    """The status that an answer of the older API names, and the elements of its list, which may not be valid JSON.

    Raises:
        msgspec.DecodeError, RecursionError: it is not JSON; msgspec.ValidationError if it is JSON of another form.
    """
    try:
        envelope = _DECODER.decode(content)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, RecursionError):
        found = list_in_envelope(content)
        if found is None:
            raise
        return found[0], [raw_part(content, place) for place in found[1]]
    return envelope.status, envelope.response


def list_in_envelope(content: Content) -> tuple[int, list[Place]] | None:
    """The status of an answer, and where the elements of its list are, valid JSON or not; None if it is cut short."""
    parts, end = object_places(content)
    status, response = parts.get("status"), parts.get("response")
    if end is None or not is_end(content, end) or status is None or response is None:
        return None
    places, list_end = list_places(content, response.start)
    number = bytes(memoryview(content)[status.start : status.end])
    return (int(number), places) if number.isdigit() and list_end is not None else None


def read_list(body: AnswerBody) -> tuple[int, RawList]:
    """The status of an answer, and its list. Raises what `decode_envelope` raises."""
    status, elements = decode_envelope(body.content)
    return status, RawList(elements, body)


class AnswerCapture(Generic[Answer]):
    """Takes the list of the answer to one request.

    Attributes:
        taken: the list; None until there is one, or if the answer is left to the SDK.
    """

    def __init__(
        self, exchange: Exchange, read: Callable[[AnswerBody], tuple[int, Answer]], held_bytes: int = HELD_BYTES
    ) -> None:
        """Prepare.

        Args:
            exchange: the request.
            read: finds the status that an answer names and its list; raises what `decode_envelope` raises.
            held_bytes: a body up to this size is held in memory.
        """
        self.taken: Answer | None = None
        self._exchange = exchange
        self._read = read
        self._held_bytes = held_bytes

    def __call__(self, response: requests.Response, **_: object) -> requests.Response:
        """Take the list of a good answer; returns what the SDK sees instead (as a hook of requests).

        Raises:
            requests.RequestException: the body was cut short, or is not JSON.
            ConnectorError: see `read_body`; TOO_LARGE also for an answer without a list that is too large to be decoded
                whole.
        """
        self.taken = None
        body = read_body(response, self._exchange, self._held_bytes)
        if not response.ok:
            return _with_body(response, memoryview(body.content))
        try:
            status, found = self._read(body)
        except (msgspec.DecodeError, RecursionError) as error:
            is_other_json = isinstance(error, msgspec.ValidationError)
            if not is_other_json:
                # The SDK would say the same, with the whole text in its exception.
                raise requests.exceptions.InvalidJSONError from error
            return self._for_the_sdk(response, body)
        finally:
            body.passed(len(body.content))
        if status != requests.codes.ok:
            return self._for_the_sdk(response, body)
        self.taken = found
        return _with_body(response, _EMPTY_LIST)

    def _for_the_sdk(self, response: requests.Response, body: AnswerBody) -> requests.Response:
        if len(body.content) > DECODED.size:
            raise self._exchange.too_large(DECODED)
        return _with_body(response, memoryview(body.content))


def whole_answer(response: requests.Response, exchange: Exchange) -> requests.Response:
    """An answer whose body was read (from a hook of requests), for the SDK to decode.

    Raises:
        requests.RequestException: the body was cut short.
        ConnectorError: see `read_body`.
    """
    return _with_body(response, memoryview(read_body(response, exchange).content))


def _with_body(response: requests.Response, content: bytes | memoryview) -> requests.Response:
    """A copy of a response whose body was read, with another body."""
    other = requests.Response()
    other.status_code, other.reason, other.url = response.status_code, response.reason, response.url
    other.headers, other.request = response.headers, response.request
    # Only needed if the body is not JSON: the SDK then puts all of it into its exception, and requests would take long
    # to guess the encoding of a whole bundle that was cut short.
    other.encoding = response.encoding or "utf-8"
    other.raw = io.BytesIO(content)
    return other
