"""The SDK's configuration and older API client, changed: only reads are signed, answers are observed, lists are raw.

The SDK asks its configuration object to sign each request of either API, so that is the one place through which
everything must pass. Observing an answer's status and Retry-After header is needed because the SDK's exceptions drop
them: a date in Retry-After, and the status of an answer without the older API's envelope.
"""

import dataclasses
import datetime
import email.utils
import threading
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from connector.source import sdk
from connector.source.guard import refuse_legacy_write, refuse_v2_write
from connector.source.raw_answer import AnswerCapture


@dataclasses.dataclass(slots=True)
class AnswerSeen:
    """Status and Retry-After (seconds) of the last answer of this thread; None where there was none."""

    status: int | None = None
    retry_after: float | None = None


class _Seen(threading.local):
    def __init__(self) -> None:
        self.answer = AnswerSeen()


class ReadOnlySshConfig(sdk.SshConfig):
    """The SDK's SSH configuration, which signs reads only and counts what it signs."""

    def __init__(
        self,
        private_key: Ed25519PrivateKey,
        *,
        domain: str,
        requests_settings: sdk.RequestsSettings,
        user_agent_suffix: str,
    ) -> None:
        super().__init__(
            private_key, domain=domain, requests_settings=requests_settings, user_agent_suffix=user_agent_suffix
        )
        self._seen = _Seen()
        self._lock = threading.Lock()
        self._requests_sent = 0

    @property
    def requests_sent(self) -> int:
        """Requests signed so far, every attempt counted."""
        return self._requests_sent

    @property
    def answer_seen(self) -> AnswerSeen:
        """What the last request of the calling thread was answered with."""
        return self._seen.answer

    def define_headers(self, resource_id: str | None, resource_type: str | None, data: str) -> dict[str, Any]:
        """Headers and signature of a request of the older API, if it reads.

        Raises:
            ConnectorError: WRITE_REFUSED, before anything is sent.
        """
        refuse_legacy_write(data)
        self._begin()
        return super().define_headers(resource_id, resource_type, data)

    def define_headers_v2(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Headers and signature of a request of the newer API, if it reads.

        Raises:
            ConnectorError: WRITE_REFUSED, before anything is sent.
        """
        refuse_v2_write(request.method, request.url, request.body, self.domain)
        self._begin()
        self.observe(request)
        return super().define_headers_v2(request)

    def observe(self, request: requests.PreparedRequest) -> None:
        """Remember, for the calling thread, what this request will be answered with."""
        request.hooks.setdefault("response", []).append(self._remember)

    def _begin(self) -> None:
        self._seen.answer = AnswerSeen()
        with self._lock:
            self._requests_sent += 1

    def _remember(self, response: requests.Response, **_: object) -> None:
        self._seen.answer = AnswerSeen(response.status_code, retry_after_seconds(response))
        if response.encoding is None:
            # Only read when the body is not JSON: the SDK then puts all of it into its exception, and requests would
            # guess the encoding of a whole bundle that was cut short, which takes a second or two.
            response.encoding = "utf-8"


class ObservedQuerier(sdk.Querier):
    """The SDK's client of the older API, over a configuration that observes; for one request.

    A capture takes the list in the answer, which the SDK then does not decode.
    """

    def __init__(self, config: ReadOnlySshConfig, project_hash: str, capture: AnswerCapture[Any]) -> None:
        super().__init__(config, resource_type=sdk.TYPE_PROJECT, resource_id=project_hash)
        self._observer = config
        self._capture = capture

    def _exception_context(self, request: requests.PreparedRequest) -> sdk.RequestContext:
        # The one method that the SDK calls with the prepared request of the older API before sending it. If a later
        # SDK no longer does, the typed exceptions still say most of it, and lists are decoded and encoded again.
        self._observer.observe(request)
        request.hooks["response"].append(self._capture)
        return super()._exception_context(request)


def retry_after_seconds(response: requests.Response) -> float | None:
    """The Retry-After header in seconds from now; None if there is none, or nobody can read it.

    A date is compared with the answer's own Date header, so that a wrong local clock does not matter.
    """
    header = response.headers.get("Retry-After", "").strip()
    if not header:
        return None
    if header.isascii() and header.isdigit():
        return float(header)
    until = _http_date(header)
    if until is None:
        return None
    now = _http_date(response.headers.get("Date", "")) or datetime.datetime.now(datetime.UTC)
    return max(0.0, (until - now).total_seconds())


def _http_date(text: str) -> datetime.datetime | None:
    try:
        date = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=datetime.UTC)
