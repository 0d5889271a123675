"""What a warehouse promises about its rows as a whole; part of the contract `Warehouse`."""

from datetime import datetime
from typing import Protocol

from connector.load.contract.pseudonyms import Pseudonyms


class RowUpkeep(Protocol):
    """Pseudonyms in place of people's addresses, and old rows deleted; each method is one transaction of its own.

    Attributes:
        pseudonyms: what stands in place of people's addresses in all rows that are written; at first nothing does.
    """

    pseudonyms: Pseudonyms

    def all_project_hashes(self) -> list[str]:
        """Every project of the warehouse, tombstoned ones too."""

    def pseudonym_checks(self) -> dict[str, str | None]:
        """project_hash → check value of the key of its pseudonyms, or None; tombstoned projects too."""

    def pseudonymise(self, project_hash: str) -> int:
        """Replaces the addresses that are stored for a project by pseudonyms; returns how many values it replaced.

        Raises:
            ConnectorError: CONFIGURATION if it has pseudonyms of another key.
        """

    def prune_runs(self, before: datetime) -> dict[str, int]:
        """Deletes what tells of runs from before a moment and is needed no more; returns how many rows, by table."""

    def prune_project(self, project_hash: str, before: datetime) -> dict[str, int]:
        """Deletes what is older than a moment, and needed no more, of a project; returns how many rows, by table."""
