"""The source: everything that a sync reads from Encord, behind one small class."""

from collections.abc import Callable, Iterable, Iterator

from connector.source.connection import sdk
from connector.source.connection.connection import Connection
from connector.source.connection.events import EventListener, EventName, Teller
from connector.source.connection.settings import SourceSettings
from connector.source.connection.ssh_key import key_file_warning
from connector.source.label_rows.fetch import LabelRowFetch
from connector.source.label_rows.fetched import FetchedBundle, WantedLabelRow
from connector.source.listing.projects import (
    ProjectSnapshot,
    ProjectSummary,
    checked_project_hash,
    list_projects,
    take_snapshot,
)
from connector.source.listing.stage_tasks import list_stage_tasks
from connector.source.listing.work_requests import Asked, list_work


class Source:
    """Encord, read-only.

    Writing is impossible, not merely avoided: the guard signs no request that is not on its list of reads.
    """

    def __init__(self, connection: Connection, settings: SourceSettings) -> None:
        self._connection = connection
        self._settings = settings

    @classmethod
    def connect(
        cls,
        settings: SourceSettings,
        on_event: EventListener | None = None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> "Source":
        """Load the key and get ready. Nothing is sent yet, so a key that Encord does not know fails at the first read.

        Args:
            settings: key, domain, sizes, time-outs.
            on_event: is told about a key file that others can read, waits, and smaller bundles, from several threads,
                one at a time; without it they are logged.
            should_stop: asked often while a snapshot or a list of projects waits for its next attempt; if it returns
                true, the wait ends with INTERRUPTED. A fetch has a function of its own for this.

        Raises:
            ConnectorError: CONFIGURATION, if the key cannot be used.
        """
        tell = Teller(on_event)
        connection = Connection(settings, tell, should_stop)
        if warning := key_file_warning(settings):
            tell(EventName.KEY_FILE_READABLE, warning)
        return cls(connection, settings)

    @property
    def requests_sent(self) -> int:
        """Requests sent so far; each attempt counts."""
        return self._connection.config.requests_sent

    @property
    def sdk_version(self) -> str:
        """Version of the Encord SDK in use."""
        return sdk.sdk_version

    def list_projects(self, title_eq: str | None = None, title_like: str | None = None) -> list[ProjectSummary]:
        """The projects that the key may read, all pages.

        Args:
            title_eq: only those with exactly this title.
            title_like: only those whose title matches this SQL LIKE pattern.

        Raises:
            ConnectorError: AUTHENTICATION, UNREACHABLE, RATE_LIMITED, …
        """
        return list_projects(self._connection, title_eq, title_like)

    def snapshot(self, project_hash: str) -> ProjectSnapshot:
        """Project, ontology and one listing of all branches: three requests, no labels.

        Raises:
            ConnectorError: PERMISSION if the project is unknown or closed to this key; AUTHENTICATION, UNREACHABLE, …
        """
        return take_snapshot(
            self._connection, project_hash, include_client_metadata=self._settings.include_client_metadata
        )

    def stage_tasks(self, project_hash: str, stage_uuid: str) -> list[object]:
        """The tasks that are in a workflow stage now, raw, all pages.

        Raises:
            ConnectorError: PERMISSION if this key may not read them; UNREACHABLE, SOURCE_CONTENT, …
        """
        return list_stage_tasks(self._connection, project_hash, stage_uuid)

    def work(self, stream: str, project_hash: str, asked: Asked) -> Iterator[list[object]]:
        """The entries of a stream of the work, such as task actions, raw, a page at a time.

        Raises:
            ConnectorError: while iterating: PERMISSION if this key may not read them; UNREACHABLE, SOURCE_CONTENT, …
        """
        return list_work(self._connection, stream, project_hash, asked)

    def fetch(
        self,
        project_hash: str,
        wanted: Iterable[WantedLabelRow],
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[FetchedBundle]:
        """Fetch label rows, raw, in bundles; each wanted one is returned once, as a row or as a failure.

        Args:
            project_hash: the project.
            wanted: label rows that have a label hash, read as the fetch proceeds; one that is named several times in a
                row is fetched once.
            should_stop: asked often; if it returns true, the iterator ends early, so ask it again afterwards.

        Raises:
            ConnectorError: AUTHENTICATION, PERMISSION, RATE_LIMITED, UNREACHABLE (an outage). A problem that one label
                row causes is a failure in its bundle instead.
        """
        project_hash = checked_project_hash(project_hash)
        return LabelRowFetch(self._connection, self._settings, project_hash).bundles(wanted, should_stop)
