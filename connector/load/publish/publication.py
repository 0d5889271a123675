"""Publishes a warehouse: says what may be published, where, and in which forms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from connector.errors import ConnectorError, ErrorKind
from connector.load.contract.warehouse_url import DuckDBLocation, warehouse_location
from connector.load.locks.file_lock import file_lock
from connector.load.locks.lock_holder import LockHolder
from connector.load.on_duckdb.opening import NO_LIMIT_OF_OURS, DuckDBMemoryError, log_of
from connector.load.publish.content import PublishedContent, content_fingerprint
from connector.load.publish.duckdb_copy import publish_file, published_content
from connector.load.publish.file_system import file_system_failures
from connector.load.publish.parquet_folder import mark_as_current, publish_folder, published_version
from connector.load.publish.target import RUN_ID, PublishTarget
from connector.load.questions.reading import open_for_reading
from connector.process.file_modes import files_for_readers

Format = Literal["duckdb", "parquet"]


@dataclass(frozen=True, slots=True)
class Publication:
    """One published form of a run: its path, the run that it holds, and its size.

    `is_new` is False if the copy of an earlier run was left in place, because nothing has changed since.
    """

    format: Format
    path: Path
    run_id: str
    bytes: int
    is_new: bool


def publish_target(url: str, schema: str | None, path: Path, formats: Sequence[Format]) -> PublishTarget:
    """Where a warehouse will be published; checks that nothing else is there.

    Raises:
        ConnectorError: CONFIGURATION if the warehouse is not a DuckDB file, or the path is the warehouse itself or
            another file that was not published; LOCKED or WAREHOUSE if the file there cannot be read.
    """
    location = _duckdb_location(url, schema)
    target = PublishTarget.at(path, location.path)
    if target.file.resolve() == location.path.resolve():
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            f"The warehouse {location.path} cannot be published over itself.",
            remedy="Give --publish another file, or a folder.",
        )
    if "duckdb" in formats:
        published_content(target.file, location.schema)
    return target


def publish(
    url: str,
    schema: str | None,
    target: PublishTarget,
    formats: Sequence[Format],
    keep: int,
    holder: LockHolder,
    *,
    with_views: bool = False,
    only_changes: bool = False,
) -> list[Publication]:
    """Publishes the result of the warehouse's last run. The caller holds the warehouse's lock.

    The copies are for other users: they get permissions from this user's own umask, and the file is read-only.

    Args:
        url: the warehouse.
        schema: its schema.
        target: see `publish_target`.
        formats: the forms to publish.
        keep: how many older copies stay.
        holder: this process, for the lock on the target.
        with_views: whether the Parquet form has files of the largest views, too.
        only_changes: whether a copy stays in place if it lacks only the receipts of later runs; then its modification
            time becomes now.

    Raises:
        ConnectorError: UNPUBLISHED if the last run did not succeed; LOCKED if another process publishes there or has
            the warehouse open; WAREHOUSE if a copy cannot be made. Then the earlier copies are still in place.
    """
    location = _duckdb_location(url, schema)
    run_id = _succeeded_run(url, schema)
    published = partial(
        _published,
        run_id=run_id,
        target=target,
        formats=formats,
        keep=keep,
        holder=holder,
        with_views=with_views,
        only_changes=only_changes,
    )
    with files_for_readers():
        with file_system_failures(target.file):
            target.file.parent.mkdir(parents=True, exist_ok=True)
        try:
            return published(location)
        except DuckDBMemoryError:
            if "memory_limit" in location.settings:
                raise
        unlimited = replace(location, settings={**location.settings, "memory_limit": NO_LIMIT_OF_OURS})
        return published(unlimited)


def _published(
    location: DuckDBLocation,
    run_id: str,
    target: PublishTarget,
    formats: Sequence[Format],
    keep: int,
    holder: LockHolder,
    *,
    with_views: bool,
    only_changes: bool,
) -> list[Publication]:
    content = PublishedContent(run_id, content_fingerprint(location, target))
    place_of = {"duckdb": target.file, "parquet": target.parquet}
    publish_as: dict[Format, Callable[..., Path]] = {
        "duckdb": publish_file,
        "parquet": partial(publish_folder, with_views=with_views),
    }
    publications = []
    for form in dict.fromkeys(formats):
        with file_lock(place_of[form], holder, f"The published copy {place_of[form]}"):
            current = _current(form, location, target, with_views=with_views) if only_changes else None
            if current is not None and current[1].fingerprint == content.fingerprint:
                path, held = current
                with file_system_failures(path):
                    mark_as_current(path) if form == "parquet" else path.touch()
            else:
                path, held = publish_as[form](location, target, content, keep), content
        publications.append(Publication(form, path, held.run_id, _size(path), is_new=held is content))
    return publications


def _current(
    form: Format, location: DuckDBLocation, target: PublishTarget, *, with_views: bool
) -> tuple[Path, PublishedContent] | None:
    """What is published now, and where; None if there is nothing, or it was changed after publishing."""
    if form == "parquet":
        return published_version(target, with_views=with_views)
    if log_of(target.file).exists():  # somebody wrote to the copy
        return None
    held = published_content(target.file, location.schema)
    return None if held is None else (target.file, held)


def _duckdb_location(url: str, schema: str | None) -> DuckDBLocation:
    location = warehouse_location(url, schema)
    if not isinstance(location, DuckDBLocation):
        raise ConnectorError(
            ErrorKind.CONFIGURATION,
            "Only a DuckDB warehouse is published: PostgreSQL and a lake serve their readers while a sync writes.",
            remedy="Leave --publish out, or sync into a DuckDB file.",
        )
    return location


def _succeeded_run(url: str, schema: str | None) -> str:
    with open_for_reading(url, schema) as session, session.transaction():
        rows = session.rows("SELECT run_id, outcome FROM sync_run ORDER BY started_at DESC, run_id DESC LIMIT 1")
    if not rows:
        raise ConnectorError(
            ErrorKind.UNPUBLISHED,
            "Nothing was published: there was no run yet.",
            remedy="Run `encord-sync sync` first.",
        )
    run_id, outcome = rows[0]
    if outcome != "succeeded":
        how = "did not end" if outcome == "running" else f"ended {outcome}"
        raise ConnectorError(
            ErrorKind.UNPUBLISHED,
            f"Nothing was published: the last run ({run_id}) {how}. Readers keep the copy of the last good one.",
            remedy="See `encord-sync status`, and sync again.",
        )
    if not RUN_ID.fullmatch(str(run_id)):
        raise ConnectorError(
            ErrorKind.UNPUBLISHED,
            f"Nothing was published: {str(run_id)[:80]!a} is no run's id, and no copy can be named so.",
            remedy="Somebody changed table sync_run; the next run adds one that can be published.",
        )
    return str(run_id)


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.iterdir()) if path.is_dir() else path.stat().st_size
