"""Answers that do harm: endless ones, ones that are larger than they look, and ones that redirect the client."""

import gzip
from dataclasses import dataclass, field

from connector.sample.server.fault_actions import FaultAction
from connector.sample.server.http_answers import Answer, Delivery
from connector.sample.server.request_log import RequestRecord

_MEMBER_BYTES = 10_000_000
_NEVER_CLOSED = b'{"status": 200, "response": ["'


@dataclass(frozen=True)
class Endless(FaultAction):
    """An answer that never ends.

    Attributes:
        piece: what is sent over and over.
        pause: seconds between two pieces.
        is_head: whether even its headers never end; they then come a byte at a time.
        status: its HTTP status.
        headers: more headers.
    """

    piece: bytes = _NEVER_CLOSED
    pause: float = 0.0
    is_head: bool = False
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def instead(self, _record: RequestRecord, _is_v2: bool, /) -> Answer | None:
        """The endless answer."""
        delivery = Delivery.ENDLESS_HEAD if self.is_head else Delivery.ENDLESS
        return Answer(self.status, self.piece, headers=self.headers, delivery=delivery, seconds=self.pause)


@dataclass(frozen=True)
class GzipBomb(FaultAction):
    """A small compressed answer of spaces that unpacks to a thousand times its size.

    Attributes:
        unpacked_bytes: what it unpacks to, in steps of ten million.
    """

    unpacked_bytes: int

    def instead(self, _record: RequestRecord, _is_v2: bool, /) -> Answer | None:
        """The small answer, of many members."""
        members = gzip.compress(b" " * _MEMBER_BYTES, 9) * (self.unpacked_bytes // _MEMBER_BYTES)
        return Answer(body=members, headers={"Content-Encoding": "gzip"})


@dataclass(frozen=True)
class Redirect(FaultAction):
    """Sends the client to another address.

    Attributes:
        location: the address; the client's path and query are not appended.
        status: 301, 302, 303, 307 or 308.
    """

    location: str
    status: int = 307

    def instead(self, _record: RequestRecord, _is_v2: bool, /) -> Answer | None:
        """The redirect."""
        return Answer(self.status, headers={"Location": self.location})
