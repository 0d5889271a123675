"""Takes the list in a good answer of the older API before the SDK decodes it; the SDK sees an empty one instead.

The SDK would make dicts of the whole answer at once, eight times its size. Everything that is not a good answer goes to
the SDK as it came, so that its mapping of errors stays the only one.
"""

import io
from collections.abc import Sequence
from typing import overload

import msgspec
import requests

from connector.source.answer_body import AnswerBody, read_body

_JUDGED_BY_STATUS = {413, 429}
"""HTTP statuses that the SDK judges without looking at the body."""
_EMPTY_LIST = b'{"status":200,"response":[]}'


class _Envelope(msgspec.Struct):
    status: int
    response: list[msgspec.Raw]


_DECODER = msgspec.json.Decoder(_Envelope)


class RawList:
    """The elements of one answer.

    Attributes:
        elements: their JSON, views of `body`; that each is whole is sure, not yet that its texts and numbers are.
        body: the answer.
    """

    def __init__(self, elements: list[msgspec.Raw], body: AnswerBody) -> None:
        self.elements = elements
        self.body = body

    @classmethod
    def of_values(cls, values: list[object]) -> "RawList":
        """The list of an answer that the SDK decoded itself, because its form was odd."""
        content = bytearray(msgspec.json.encode(values))
        return cls(msgspec.json.decode(content, type=list[msgspec.Raw]), AnswerBody(content))


class RawEntries(Sequence[object]):
    """The elements of an answer as values, each decoded when it is asked for: only their JSON is held."""

    def __init__(self, answer: RawList) -> None:
        self._answer = answer

    def __len__(self) -> int:
        return len(self._answer.elements)

    @overload
    def __getitem__(self, place: int) -> object: ...

    @overload
    def __getitem__(self, place: slice) -> "RawEntries": ...

    def __getitem__(self, place: int | slice) -> object:
        """An element; None if it cannot be decoded."""
        if isinstance(place, slice):
            return RawEntries(RawList(self._answer.elements[place], self._answer.body))
        try:
            return self._answer.body.decode(self._answer.elements[place])
        except (ValueError, RecursionError):
            return None


class AnswerCapture:
    """Takes the list of the answer to one request.

    Attributes:
        taken: the list; None until there is one, and if the SDK was left to decode the answer.
    """

    def __init__(self) -> None:
        self.taken: RawList | None = None

    def __call__(self, response: requests.Response, **_: object) -> requests.Response | None:
        """Take the list, if it is a good answer (a hook of requests); returns what the SDK is to see instead.

        Raises:
            requests.RequestException: the body broke off, or is no JSON.
            ConnectorError: TOO_LARGE, see `read_body`.
        """
        self.taken = None
        if response.is_redirect or response.status_code in _JUDGED_BY_STATUS:
            return None
        body = read_body(response)
        try:
            envelope = _DECODER.decode(body.content)
        except (msgspec.DecodeError, RecursionError) as error:
            is_other_json = isinstance(error, msgspec.ValidationError)
            if response.ok and not is_other_json:
                # The SDK would say the same, with the whole text in its exception.
                raise requests.exceptions.InvalidJSONError from error
            return _with_body(response, memoryview(body.content))
        finally:
            body.passed(len(body.content))
        if envelope.status != requests.codes.ok:
            return _with_body(response, memoryview(body.content))
        self.taken = RawList(envelope.response, body)
        return _with_body(response, _EMPTY_LIST)


def _with_body(response: requests.Response, content: bytes | memoryview) -> requests.Response:
    """A response like the one given, whose body was read, with a body of its own."""
    other = requests.Response()
    other.status_code, other.reason, other.url = response.status_code, response.reason, response.url
    other.headers, other.request, other.encoding = response.headers, response.request, response.encoding
    other.raw = io.BytesIO(content)
    return other
