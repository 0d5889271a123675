"""Fetches label rows: bundle by bundle, a few requests at a time, and never more of them in memory than that.

A failure of one bundle does not affect others: the bundle is halved until the label rows that cause it are alone. A
failure of the whole source (key, access, rate limit, outage) ends the fetch.
"""

import collections
import concurrent.futures
import functools
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

from connector.errors import ConnectorError, ErrorKind
from connector.source.answers.raw_answer import RawList
from connector.source.connection.connection import Connection
from connector.source.connection.events import EventName
from connector.source.connection.retry import STOP_CHECK_SECONDS
from connector.source.connection.settings import SourceSettings
from connector.source.label_rows.bundle_planner import BundlePlanner
from connector.source.label_rows.fetched import FetchedBundle, FetchedLabelRow, LabelRowFailure, WantedLabelRow
from connector.source.label_rows.matched_answer import match_answer

LABEL_ROW_OPTIONS = {
    # A signed URL would make every answer different, and is a secret.
    "get_signed_url": False,
    "multi_request": True,
    "include_object_feature_hashes": None,
    "include_classification_feature_hashes": None,
    "include_reviews": False,
    "include_export_history": False,
    "include_archived": False,
}
"""Options of the request, as the SDK's `initialise_labels` sends them."""

ATTEMPTS_AFTER_SPLIT = 2
"""The parts of a failed bundle are tried less often: the whole was already tried as often as allowed."""
OUTAGE_AFTER = 12
"""How many requests in a row must fail, each tried as often as allowed, to count as an outage. A single bad label row
cannot cause so many failures: one of two halves succeeds."""

_LABEL_ROW_AT_FAULT = {ErrorKind.UNREACHABLE, ErrorKind.SOURCE_CONTENT, ErrorKind.MISSING, ErrorKind.TOO_LARGE}
"""Kinds that one label row of the bundle may cause; all others end the fetch."""


class LabelRowFetch:
    """One fetch of many label rows of one project."""

    def __init__(self, connection: Connection, settings: SourceSettings, project_hash: str) -> None:
        self._connection = connection
        self._settings = settings
        self._project_hash = project_hash
        self._stop = threading.Event()
        self._failures_in_a_row = 0
        self._lock = threading.Lock()

    def bundles(self, wanted: Iterable[WantedLabelRow], should_stop: Callable[[], bool]) -> Iterator[FetchedBundle]:
        """Fetch `wanted`, which is read as needed, and yield the bundles as they arrive, in any order.

        At most `requests_in_flight` bundles are being fetched, or fetched and not yet taken. The fetch ends if the
        iterator is closed or `should_stop` returns true; nobody waits for the requests that are under way.

        Raises:
            ConnectorError: INTERNAL for a label row without a label hash (asking for it would create it);
                AUTHENTICATION, PERMISSION, RATE_LIMITED, UNREACHABLE (an outage): nothing more can be read.
        """
        planner = BundlePlanner(wanted, row_limit=self._settings.bundle_rows, byte_target=self._settings.bundle_bytes)
        fetch = functools.partial(self._fetch_bundle, planner)
        in_flight: dict[concurrent.futures.Future[FetchedBundle], list[WantedLabelRow]] = {}
        limit = self._settings.requests_in_flight
        executor = concurrent.futures.ThreadPoolExecutor(limit, thread_name_prefix="encord-fetch")

        def fill() -> None:
            while len(in_flight) < limit and not should_stop() and (bundle := planner.next_bundle()):
                in_flight[executor.submit(fetch, bundle)] = bundle

        try:
            fill()
            while in_flight:
                done, _ = concurrent.futures.wait(
                    in_flight, timeout=STOP_CHECK_SECONDS, return_when=concurrent.futures.FIRST_COMPLETED
                )
                if should_stop():
                    return
                if not done:
                    continue
                # One at a time: a finished bundle that nobody has taken still counts as in flight.
                finished = done.pop()
                bundle = in_flight.pop(finished)
                fetched = finished.result()
                planner.learn(bundle, fetched)
                done.clear()
                del finished  # or it would keep the label rows in memory until the next one is done
                fill()
                yield fetched
                del fetched
        finally:
            self._stop.set()
            executor.shutdown(wait=True, cancel_futures=True)

    def _fetch_bundle(self, planner: BundlePlanner, bundle: Sequence[WantedLabelRow]) -> FetchedBundle:
        """Fetch one bundle whole, or in as many parts as it takes. Runs in a thread."""
        rows: list[FetchedLabelRow] = []
        failures: list[LabelRowFailure] = []
        parts = collections.deque([[row.label_hash for row in bundle]])
        attempts: int | None = None
        while parts:
            # Breadth first: the good half of a split bundle is read before the other one is split further.
            part = parts.popleft()
            try:
                answer = self._request(part, attempts)
            except ConnectorError as error:
                if error.kind not in _LABEL_ROW_AT_FAULT or self._is_outage():
                    raise
                attempts = ATTEMPTS_AFTER_SPLIT
                if len(part) == 1:
                    failures.append(LabelRowFailure(part[0], error.kind, error.message))
                    if error.kind is ErrorKind.TOO_LARGE:
                        planner.blame_one_row()
                else:
                    parts.extend(self._split(part, error, planner))
                continue
            matched = match_answer(part, answer)
            rows.extend(matched.rows)
            failures.extend(matched.failures)
            if matched.missing:
                parts.extend(self._ask_again(part, matched.missing, matched.nameless, failures))
        return FetchedBundle(rows, failures)

    def _request(self, part: Sequence[str], attempts: int | None) -> RawList:
        doing = f"reading {len(part)} label rows of project {self._project_hash}"
        if len(part) == 1:
            doing = f"reading label row {part[0]} of project {self._project_hash}"
        try:
            answer = self._connection.get_label_rows(
                self._project_hash,
                part,
                LABEL_ROW_OPTIONS,
                doing=doing,
                is_stopped=self._stop.is_set,
                attempts=attempts,
            )
        except ConnectorError as error:
            if error.kind is ErrorKind.UNREACHABLE:
                with self._lock:
                    self._failures_in_a_row += 1
            raise
        with self._lock:
            self._failures_in_a_row = 0
        return answer

    def _is_outage(self) -> bool:
        """Whether nothing has come through for so long that no label row can be the cause."""
        with self._lock:
            return self._failures_in_a_row >= OUTAGE_AFTER

    def _split(self, part: list[str], error: ConnectorError, planner: BundlePlanner) -> list[list[str]]:
        if error.kind is ErrorKind.TOO_LARGE:
            limit = planner.shrink(len(part))
            message = f"{error.message} From here on at most {limit} label rows per request."
            self._connection.tell(EventName.BUNDLE_HALVED, message, row_limit=limit)
        else:
            message = f"{error.message} Fetching these {len(part)} in two parts, to find the label row at fault."
            self._connection.tell(EventName.BUNDLE_SPLIT, message, label_rows=len(part))
        return _halves(part)

    def _ask_again(
        self, part: list[str], missing: list[str], nameless: int, failures: list[LabelRowFailure]
    ) -> list[list[str]]:
        """The parts to ask for once more, for label rows that an answer lacked; a single row is given up."""
        if len(part) == 1:
            if nameless:
                message = f"The label row {part[0]} came in a form that does not say which label row it is."
                failures.append(LabelRowFailure(part[0], ErrorKind.SOURCE_CONTENT, message))
            else:
                message = f"The label row {part[0]} is listed, and not in the answer when asked for."
                failures.append(LabelRowFailure(part[0], ErrorKind.MISSING, message))
            return []
        message = f"{len(missing)} of {len(part)} label rows were missing in an answer; asking for them once more."
        self._connection.tell(EventName.ASKED_AGAIN, message, label_rows=len(missing))
        return [missing] if len(missing) < len(part) else _halves(missing)


def _halves(part: list[str]) -> list[list[str]]:
    middle = len(part) // 2
    return [part[:middle], part[middle:]]
