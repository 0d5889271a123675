"""`encord-sync check`: versions, warehouse, key and projects, one line each, and how to correct what is wrong."""

import datetime
import functools
import platform
from collections.abc import Callable

from connector import __version__
from connector.config import Settings
from connector.errors import ConnectorError, ErrorKind, ExitCode
from connector.load import ARROW_SCHEMAS, STORED_SCHEMA
from connector.load.questions.project_status import read_state, read_status
from connector.load.questions.reading import warehouse_exists
from connector.normalise import NORMALISER_VERSION
from connector.normalise.listing.listing import normalise_listing
from connector.runs.printing import print_line
from connector.runs.project_choice import project_hashes, require_project_choice, source_settings
from connector.source.changes.changes import compare
from connector.source.source import Source


def run_checks(settings: Settings) -> ExitCode:
    """Run every check, print a line each, and return the exit code of the first that failed."""
    return _Checks(settings).run()


class _Checks:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._exit_code = ExitCode.OK
        self._source: Source | None = None
        self._projects: list[str] = []

    def run(self) -> ExitCode:
        self._line("warehouse", self._warehouse)
        if self._line("key", self._key) and self._line("projects", self._choice):
            for project_hash in self._projects:
                self._line(f"project {project_hash}", functools.partial(self._project, project_hash))
        return self._exit_code

    def _line(self, name: str, check: Callable[[], str]) -> bool:
        try:
            print_line(f"ok    {name}: {check()}", hang=6)
        except ConnectorError as error:
            print_line(f"FAIL  {name}: {error}", hang=6)
            self._exit_code = self._exit_code or error.kind.exit_code
            return False
        return True

    def _warn(self, name: str, text: str, **_: object) -> None:
        print_line(f"warn  {name.replace('_', ' ')}: {text}", hang=6)

    def _warehouse(self) -> str:
        settings = self._settings
        if not warehouse_exists(settings.warehouse, settings.db_schema):
            return f"{settings.shown_warehouse} does not exist yet; the first sync creates it"
        status = read_status(settings.warehouse, settings.db_schema)
        return f"{settings.shown_warehouse}, revision {status.schema_version}, projects: {len(status.projects)}"

    def _key(self) -> str:
        self._source = Source.connect(source_settings(self._settings), on_event=self._warn)
        return (
            f"readable, for {self._settings.domain} "
            f"(encord-sync {__version__}, Encord SDK {self._source.sdk_version}, Python {platform.python_version()})"
        )

    def _choice(self) -> str:
        require_project_choice(self._settings)
        self._projects = project_hashes(self._connected(), self._settings)
        if not self._projects:
            raise ConnectorError(
                ErrorKind.PERMISSION,
                "No project fits, or this key sees none.",
                remedy="Add the key's user to the projects, or check the title filter and the domain.",
            )
        return f"{len(self._projects)} to sync"

    def _project(self, project_hash: str) -> str:
        """List the project and compare, as a sync would, without writing anything."""
        settings = self._settings
        snapshot = self._connected().snapshot(project_hash)
        listing = normalise_listing(project_hash, snapshot.entries, ARROW_SCHEMAS)
        stored = STORED_SCHEMA.empty_table()
        if warehouse_exists(settings.warehouse, settings.db_schema):
            stored = read_state(settings.warehouse, settings.db_schema, project_hash)
        changes = compare(
            listing.tables["label_row"],
            stored,
            normaliser_version=NORMALISER_VERSION,
            settle=datetime.timedelta(seconds=settings.settle_seconds),
        )
        reasons = [f"{count:,} {reason.replace('_', ' ')}" for reason, count in changes.fetch.reasons().items()]
        why = f" ({', '.join(reasons)})" if reasons else ""
        return (
            f"{snapshot.project.get('title')}: {listing.tables['label_row'].num_rows:,} label rows, "
            f"{len(changes.fetch):,} to fetch{why}, {changes.skipped:,} not opened yet, "
            f"{len(changes.gone):,} gone, {len(listing.rejected):,} unreadable"
        )

    def _connected(self) -> Source:
        if self._source is None:
            raise ConnectorError(ErrorKind.INTERNAL, "A check ran before the key was read.")
        return self._source
