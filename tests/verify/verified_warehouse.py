"""Runs `verify` as the command does on a synced warehouse, changes its rows by hand, and keeps what was told."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.config import load_settings
from connector.errors import ExitCode
from connector.process.interruption import Interruption
from connector.sample import SampleServer
from connector.verify.verification import run_verify
from connector.verify.verified_project import Sample
from tests.duckdb_files import connected
from tests.sync.synced_warehouse import HeardEvent, HeardReport, SyncedWarehouse


@dataclass(frozen=True)
class Verdict:
    """What one verification told; `fetched` are the label hashes whose labels it asked for."""

    exit_code: ExitCode
    events: list[HeardEvent]
    fetched: list[str]

    def named(self, name: str) -> list[Mapping[str, Any]]:
        """The facts of the events of one name."""
        return [event.fields for event in self.events if event.name == name]

    def texts(self, name: str = "difference") -> list[str]:
        return [event.text for event in self.events if event.name == name]

    @property
    def differences(self) -> list[tuple[str, str, str | None]]:
        """(kind, table, column) of each difference told, sorted."""
        found = [(fields["kind"], fields["table"], fields["column"]) for fields in self.named("difference")]
        return sorted(found, key=str)

    @property
    def waiting(self) -> list[tuple[str | None, str]]:
        """(label hash, reason) of what is not synced yet."""
        return [(fields.get("label_hash"), fields["reason"]) for fields in self.named("not_synced_yet")]

    @property
    def project(self) -> Mapping[str, Any]:
        """The outcome for the one project."""
        ((fields),) = self.named("project_verified")
        return fields


def verified(
    server: SampleServer,
    url: str,
    sample: Sample | None = None,
    interruption: Interruption | None = None,
    **options: Any,  # noqa: ANN401 - any option of the command
) -> Verdict:
    """Verify a warehouse of either engine; no writing request may have been sent."""
    settings = load_settings(
        {
            "domain": server.domain,
            "ssh_key": server.world.private_key,
            "warehouse": url,
            "settle_seconds": 0,
            "retry_attempts": 1,
            **options,
        },
        environment={},
    )
    server.requests.clear()
    report = HeardReport()
    try:
        exit_code = run_verify(settings, sample, report, interruption or Interruption())
    finally:
        assert not server.requests.writes()
    return Verdict(exit_code, report.events, sorted(server.requests.label_hashes()))


class VerifiedWarehouse(SyncedWarehouse):
    """A synced warehouse that can be changed by hand and verified."""

    def __init__(self, server: SampleServer, file: Path) -> None:
        super().__init__(server, file)

    def change(self, *statements: str) -> None:
        """Change rows behind the connector's back; each statement must change one row at least."""
        with connected(self.file) as connection:
            for statement in statements:
                ((count,),) = connection.execute(statement).fetchall()
                assert count > 0, statement

    def verify(
        self,
        *,
        sample: Sample | None = None,
        interruption: Interruption | None = None,
        **options: Any,  # noqa: ANN401 - any option of the command
    ) -> Verdict:
        """Verify, of the world's main project unless `options` say otherwise.

        Whatever comes out, the file must be the same, byte for byte.
        """
        if "project" not in options and not options.get("all_projects"):
            options["project"] = [self.server.world.project_hash]
        before = self._digest()
        try:
            return verified(self.server, self.url, sample, interruption, **options)
        finally:
            assert self._digest() == before

    def _digest(self) -> dict[str, str]:
        return {
            path.name: hashlib.blake2b(path.read_bytes()).hexdigest() for path in self.file.parent.glob("*.duckdb*")
        }
