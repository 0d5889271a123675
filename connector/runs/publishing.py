"""Publishes as the settings ask: after a run that succeeded, or on its own (`encord-sync publish`)."""

import time
from dataclasses import dataclass

from connector.config import Settings
from connector.errors import ConnectorError, ErrorKind
from connector.load.locks.lock_holder import LockHolder
from connector.load.publish import PublishTarget, publish, publish_target
from connector.process.interruption import Interruption
from connector.runs.held_warehouse import holding_warehouse
from connector.runs.patience import Patience
from connector.runs.report import Report


@dataclass(frozen=True, slots=True)
class Publisher:
    """Publishes the warehouse of the settings to the place that they name."""

    _settings: Settings
    _target: PublishTarget

    @classmethod
    def of(cls, settings: Settings) -> "Publisher | None":
        """The publisher that the settings ask for; None if they ask for none.

        Raises:
            ConnectorError: CONFIGURATION for views without Parquet; see `publish_target`. Better now than after hours
                of syncing.
        """
        if settings.publish is None:
            return None
        if settings.publish_views and "parquet" not in settings.publish_format:
            raise ConnectorError(
                ErrorKind.CONFIGURATION,
                "--publish-views is about Parquet files, and none are published.",
                remedy="Add --publish-format parquet, or leave it out.",
            )
        target = publish_target(settings.warehouse, settings.db_schema, settings.publish, settings.publish_format)
        return cls(settings, target)

    def publish_run(self, outcome: str, holder: LockHolder, report: Report, interruption: Interruption) -> None:
        """Publishes the result of a run if it succeeded, or reports that it did not. Raises what `publish` raises."""
        if outcome != "succeeded":
            text = f"Not published, because the run {outcome}: readers keep the copy of the last good one."
            report.event("not_published", text, level="warning")
            return
        self.publish(holder, report, interruption, only_changes=True)

    def publish(
        self, holder: LockHolder, report: Report, interruption: Interruption, *, only_changes: bool = False
    ) -> None:
        """Publishes the result of the last run, and reports each copy. The caller holds the warehouse's lock.

        Args:
            holder: this process.
            report: of the run.
            interruption: ends the wait for anybody else who publishes there.
            only_changes: whether a copy stays in place if nothing but receipts has changed since it was made.

        Raises:
            ConnectorError: see `connector.load.publish.publish`.
        """
        settings = self._settings
        began = time.perf_counter()
        publications = Patience(settings.wait, report, interruption).until_free(
            lambda: publish(
                settings.warehouse,
                settings.db_schema,
                self._target,
                settings.publish_format,
                settings.publish_keep,
                holder,
                with_views=settings.publish_views,
                only_changes=only_changes,
            )
        )
        seconds = round(time.perf_counter() - began, 3)
        for publication in publications:
            size = f"{publication.bytes / 1e6:,.1f} MB"
            report.event(
                "published" if publication.is_new else "publication_unchanged",
                f"Published run {publication.run_id} as {publication.path} ({size})."
                if publication.is_new
                else f"Nothing has changed since run {publication.run_id} was published: {publication.path} stays.",
                path=str(publication.path),
                format=publication.format,
                run_id=publication.run_id,
                bytes=publication.bytes,
                seconds=seconds,
            )


def run_publish(settings: Settings, report: Report, interruption: Interruption) -> None:
    """The command `encord-sync publish`: publishes the result of the warehouse's last run.

    Raises:
        ConnectorError: CONFIGURATION without a place to publish to; LOCKED while a sync holds the warehouse; otherwise
            see `publish`.
    """
    publisher = Publisher.of(settings)
    if publisher is None:
        raise ConnectorError(
            ErrorKind.CONFIGURATION, "Nowhere to publish to.", remedy="Give --publish PATH: a file or a folder."
        )
    holder = LockHolder.this_process("publish")
    with holding_warehouse(settings, holder, report, interruption):
        publisher.publish(holder, report, interruption)
