"""The connection to Encord: the SDK's two API clients, with a configuration that signs only reads, and our retries."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import connector
from connector.errors import ConnectorError, ErrorKind
from connector.source.answers.exchange import DECODED, Exchange, Pace, SizeLimit
from connector.source.answers.listed_entries import HELD_BYTES as LISTING_HELD_BYTES
from connector.source.answers.listed_entries import RawEntries, read_entries
from connector.source.answers.raw_answer import AnswerCapture, RawList, read_list
from connector.source.connection import sdk
from connector.source.connection.events import Teller
from connector.source.connection.failures import SDK_FAILURES, translate
from connector.source.connection.retry import RetryPolicy
from connector.source.connection.settings import SourceSettings
from connector.source.connection.signing import ReadOnlySshConfig, ReceivingQuerier
from connector.source.connection.ssh_key import load_private_key
from connector.source.connection.watch import watched

Answer = TypeVar("Answer")


class LabelRowMetadata:
    """One raw listing entry. The SDK routes a request by this class's name, and calls the class once per entry."""

    __slots__ = ("raw",)

    def __init__(self, raw: object) -> None:
        self.raw = raw


class LabelRow:
    """One raw label row. The SDK routes a request by this class's name, and calls the class once per label row."""

    __slots__ = ("raw",)

    def __init__(self, raw: object) -> None:
        self.raw = raw


class _RawAnswer(sdk.BaseDTOInterface):
    """Any JSON, as it came: nothing that Encord adds later may fail here."""

    def __init__(self, raw: object) -> None:
        self.raw = raw

    @classmethod
    def from_dict(cls, d: object) -> "_RawAnswer":
        return cls(d)

    def to_dict(self, by_alias: bool = True, exclude_none: bool = True) -> dict[str, Any]:  # noqa: ARG002 - as the SDK declares
        return {"raw": self.raw}


class _Parameters(sdk.BaseDTO):
    """The query string of a request of the newer API, in its own spelling."""

    values: dict[str, str]

    def to_dict(self, by_alias: bool = True, exclude_none: bool = True) -> dict[str, Any]:  # noqa: ARG002 - as the SDK declares
        return dict(self.values)


class Connection:
    """Sends reads to Encord and returns raw JSON. Several threads may use it: the SDK opens a session for each request.

    Attributes:
        config: the SDK's configuration, which refuses to sign anything but a read.
        tell: is told about waits and about what was set aside.
    """

    def __init__(self, settings: SourceSettings, tell: Teller, should_stop: Callable[[], bool]) -> None:
        """Load the key and prepare the clients; nothing is sent.

        Raises:
            ConnectorError: CONFIGURATION, if the key cannot be used.
        """
        read_timeout = math.ceil(settings.read_timeout_seconds)  # the SDK counts in whole seconds
        self.config = ReadOnlySshConfig(
            load_private_key(settings),
            domain=settings.domain,
            requests_settings=sdk.RequestsSettings(
                max_retries=0,  # the SDK would sleep for hours after a Retry-After and say nothing; we wait ourselves
                connection_retries=0,
                connect_timeout=math.ceil(settings.connect_timeout_seconds),
                read_timeout=read_timeout,
                write_timeout=read_timeout,
            ),
            user_agent_suffix=f"encord-sync/{connector.__version__}",
        )
        self.tell = tell
        self._api_client = sdk.ApiClient(self.config)
        self._policy = RetryPolicy.from_settings(settings)
        self._pace = Pace(
            settings.connect_timeout_seconds + settings.read_timeout_seconds,
            settings.read_timeout_seconds,
            settings.answer_timeout_seconds,
        )
        self._list_limit = SizeLimit(settings.max_unpacked_bytes, "max_unpacked_bytes")
        self._should_stop = should_stop
        self._was_answered = False

    def get(self, path: str, parameters: Mapping[str, str] | None = None, *, doing: str) -> object:
        """The raw JSON of a GET of the newer API.

        Args:
            path: below /v2/public/.
            parameters: the query string.
            doing: what is being attempted, with its id, for messages.

        Raises:
            ConnectorError: of any kind of `translate`.
        """

        def request(exchange: Exchange) -> object:
            self.config.begin(exchange)
            query = _Parameters(values=dict(parameters)) if parameters else None
            return self._api_client.get(path, params=query, result_type=_RawAnswer).raw

        return self._run(request, DECODED, doing=doing, not_found=ErrorKind.PERMISSION)

    def list_entries(self, project_hash: str, payload: Mapping[str, Any], *, doing: str) -> RawEntries:
        """The raw entries of one listing of label rows (older API).

        Raises:
            ConnectorError: of any kind of `translate`.
        """

        def request(exchange: Exchange) -> RawEntries:
            capture = AnswerCapture(exchange, read_entries, LISTING_HELD_BYTES)
            values = self._get_list(project_hash, LabelRowMetadata, None, payload, capture)
            return RawEntries.of_values(values) if capture.taken is None else capture.taken

        return self._run(request, self._list_limit, doing=doing, not_found=ErrorKind.PERMISSION)

    def get_label_rows(
        self,
        project_hash: str,
        label_hashes: Sequence[str],
        payload: Mapping[str, Any],
        *,
        doing: str,
        is_stopped: Callable[[], bool],
        attempts: int | None = None,
    ) -> RawList:
        """The raw label rows of one request, in the server's order (older API).

        Args:
            project_hash: the project.
            label_hashes: the label rows, at least one.
            payload: options of the request.
            doing: what is being attempted, for messages.
            is_stopped: asked often; if it returns true, the wait ends and nothing more is sent.
            attempts: fewer attempts than the settings allow.

        Raises:
            ConnectorError: of any kind of `translate`; MISSING if the server does not know a label hash.
        """

        def request(exchange: Exchange) -> RawList:
            capture = AnswerCapture(exchange, read_list)
            values = self._get_list(project_hash, LabelRow, list(label_hashes), payload, capture)
            return RawList.of_values(values) if capture.taken is None else capture.taken

        return self._run(
            request,
            self._list_limit,
            doing=doing,
            not_found=ErrorKind.MISSING,
            is_stopped=is_stopped,
            attempts=attempts,
        )

    def _get_list(
        self,
        project_hash: str,
        record_type: type[LabelRow] | type[LabelRowMetadata],
        uid: list[str] | None,
        payload: Mapping[str, Any],
        capture: AnswerCapture[Any],
    ) -> list[object]:
        """One request for a list. The SDK signs and sends it and checks the answer; the capture takes a good one.

        Returns:
            What the SDK decoded, if the capture left the answer to it.
        """
        querier = ReceivingQuerier(self.config, project_hash, capture)
        records = querier.get_multiple(record_type, uid=uid, payload=dict(payload))
        return [record.raw for record in records]

    def _run(
        self,
        request: Callable[[Exchange], Answer],
        limit: SizeLimit,
        *,
        doing: str,
        not_found: ErrorKind,
        is_stopped: Callable[[], bool] | None = None,
        attempts: int | None = None,
    ) -> Answer:
        is_stopped = is_stopped or self._should_stop

        def attempt() -> Answer:
            exchange = Exchange(doing, limit)

            def translated() -> Answer:
                try:
                    answer = request(exchange)
                except ConnectorError:
                    raise
                except SDK_FAILURES as error:
                    if isinstance(error.__cause__, ConnectorError):  # raised while the answer was received
                        raise error.__cause__ from None
                    # `from None`: the SDK's exception may hold a whole answer, and must not be printed with ours.
                    raise translate(
                        error, exchange, domain=self.config.domain, not_found=not_found, is_first=not self._was_answered
                    ) from None
                finally:
                    self._was_answered |= exchange.status is not None
                if exchange.status is None:
                    # A later SDK may not call the methods through which this class receives answers.
                    message = f"The installed Encord SDK {sdk.sdk_version} kept an answer to itself ({doing})."
                    raise ConnectorError(ErrorKind.CONFIGURATION, message, remedy="Install an older `encord`.")
                return answer

            return watched(translated, exchange, self._pace, is_stopped)

        return self._policy.run(attempt, tell=self.tell, is_stopped=is_stopped, attempts=attempts)
