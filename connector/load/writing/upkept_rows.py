"""What a warehouse does with stored rows as a whole: pseudonyms in place of addresses, and old rows deleted."""

from datetime import datetime

from typing_extensions import override

from connector.load.upkeep.pruned_rows import delete_of_project, delete_of_runs
from connector.load.upkeep.stored_people import checks_of_projects, pseudonymise_rows
from connector.load.writing.stored_state import StoredState


class UpkeptRows(StoredState):
    """The part of a `Warehouse` that looks after its rows, over a session; the contract says what each method does."""

    @override
    def all_project_hashes(self) -> list[str]:
        query = "SELECT project_hash FROM project ORDER BY project_hash"
        return self._in_transaction(lambda: [project_hash for (project_hash,) in self._session.rows(query)])

    @override
    def pseudonym_checks(self) -> dict[str, str | None]:
        return self._in_transaction(lambda: checks_of_projects(self._session))

    @override
    def pseudonymise(self, project_hash: str) -> int:
        return self._in_transaction(lambda: pseudonymise_rows(self._session, project_hash))

    @override
    def prune_runs(self, before: datetime) -> dict[str, int]:
        return self._in_transaction(lambda: delete_of_runs(self._session, before))

    @override
    def prune_project(self, project_hash: str, before: datetime) -> dict[str, int]:
        return self._in_transaction(lambda: delete_of_project(self._session, project_hash, before))
