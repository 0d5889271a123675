"""The SDK's configuration and older API client, changed to sign only reads and to receive every answer themselves.

The SDK asks its configuration object to sign each request of either API, so everything must pass through that one
place. The answers are received here because the SDK would follow redirects, read without a limit, and drop what its
exceptions do not hold: a date in Retry-After, and the status of an answer without the older API's envelope.
"""

import threading
from collections.abc import Callable
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from connector.source.answers.exchange import Exchange
from connector.source.answers.raw_answer import AnswerCapture, whole_answer
from connector.source.connection import sdk
from connector.source.connection.guard import refuse_legacy_write, refuse_v2_write


class _ThisThread(threading.local):
    def __init__(self) -> None:
        self.exchange = Exchange()


class ReadOnlySshConfig(sdk.SshConfig):
    """The SDK's SSH configuration, which signs only reads and counts them."""

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
        self._this_thread = _ThisThread()
        self._lock = threading.Lock()
        self._requests_sent = 0

    @property
    def requests_sent(self) -> int:
        """Requests signed so far; every attempt counts."""
        return self._requests_sent

    def begin(self, exchange: Exchange) -> None:
        """Set the exchange that the calling thread's next request fills in, if it is one of the newer API."""
        self._this_thread.exchange = exchange

    def define_headers(self, resource_id: str | None, resource_type: str | None, data: str) -> dict[str, Any]:
        """Headers and signature of a request of the older API, if it reads.

        Raises:
            ConnectorError: WRITE_REFUSED, before anything is sent.
        """
        refuse_legacy_write(data)
        self._count()
        return super().define_headers(resource_id, resource_type, data)

    def define_headers_v2(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Headers and signature of a request of the newer API, if it reads.

        Raises:
            ConnectorError: WRITE_REFUSED, before anything is sent.
        """
        refuse_v2_write(request.method, request.url, request.body, self.domain)
        self._count()
        exchange = self._this_thread.exchange
        _receive(request, lambda response, **_: whole_answer(response, exchange))
        return super().define_headers_v2(request)

    def _count(self) -> None:
        with self._lock:
            self._requests_sent += 1


class ReceivingQuerier(sdk.Querier):
    """The SDK's client of the older API, for one request: a capture receives the answer and takes its list."""

    def __init__(self, config: ReadOnlySshConfig, project_hash: str, capture: AnswerCapture[Any]) -> None:
        super().__init__(config, resource_type=sdk.TYPE_PROJECT, resource_id=project_hash)
        self._capture = capture

    def _exception_context(self, request: requests.PreparedRequest) -> sdk.RequestContext:
        # The one method that the SDK calls with the prepared request of the older API before it sends it. If a later
        # SDK no longer does, `Connection` refuses the answer, because nothing has checked where it is from.
        _receive(request, self._capture)
        return super()._exception_context(request)


def _receive(request: requests.PreparedRequest, receive: Callable[..., requests.Response]) -> None:
    """Have requests pass the answer to `receive` before it reads the body or follows a redirect."""
    request.hooks.setdefault("response", []).append(receive)
