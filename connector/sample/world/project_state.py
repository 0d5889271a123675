"""The state of one project on the fake server, and how it is looked up."""

import random
import threading
from collections.abc import Iterable
from typing import Any

from connector.sample.world.archived import archived_features
from connector.sample.world.clock import SampleClock, api_time
from connector.sample.world.sample_label_row import SampleLabelRow


class ProjectState:
    """The data of a project: its records, label rows, branches and users.

    Attributes:
        record: The project as `GET projects/{hash}` answers it.
        ontology: The ontology as `GET ontologies/{hash}` answers it.
        rows: The label rows by (data hash, branch name), in listing order.
        users: `{"userEmail": …, "userRole": …}` each.
        branch_annotators: (data hash, branch name) of a consensus branch → whose it is, and whether it is submitted.
        task_actions: What was done with tasks, oldest first, as `GET analytics/task-actions` answers it.
        time_spent: How long people worked on what, as `GET analytics/time-spent` answers it.
        issues: The issues of all data units, as `GET projects/{hash}/issues` answers them.
        editor_logs: What was done in the editor, as `GET projects/{hash}/editor-logs` answers it.
        storage_items: Item uuid → what the bulk read of storage items answers.
    """

    def __init__(
        self,
        record: dict[str, Any],
        ontology: dict[str, Any],
        rows: Iterable[SampleLabelRow],
        *,
        clock: SampleClock,
        lock: threading.RLock,
        random_source: random.Random,
    ) -> None:
        self.record = record
        self.ontology = ontology
        self.rows: dict[tuple[str, str], SampleLabelRow] = {(row.data_hash, row.branch_name): row for row in rows}
        self.users: list[dict[str, Any]] = []
        self.branch_annotators: dict[tuple[str, str], tuple[str, bool]] = {}
        self.task_actions: list[dict[str, Any]] = []
        self.time_spent: list[dict[str, Any]] = []
        self.issues: list[dict[str, Any]] = []
        self.editor_logs: list[dict[str, Any]] = []
        self.storage_items: dict[str, dict[str, Any]] = {}
        self.clock = clock
        self.lock = lock
        self.random = random_source
        self._by_label_hash: dict[str, SampleLabelRow] = {}
        self._hidden: frozenset[str] | None = None
        for row in self.rows.values():
            self.index(row)

    @property
    def project_hash(self) -> str:
        """The hash of the project."""
        return str(self.record["projectHash"])

    @property
    def editor(self) -> dict[str, Any]:
        """The structure of the ontology: objects, classifications and skeleton templates."""
        editor: dict[str, Any] = self.ontology["editor"]
        return editor

    @property
    def label_hashes(self) -> list[str]:
        """The label hashes of all opened rows, in listing order."""
        return [row.label_hash for row in self.rows.values() if row.label_hash]

    @property
    def branch_names(self) -> list[str]:
        """The names of all branches, `main` first."""
        return ["main", *sorted({branch for _, branch in self.rows} - {"main"})]

    def row(self, label_hash: str) -> SampleLabelRow:
        """The row with this label hash.

        Raises:
            KeyError: The project has none.
        """
        return self._by_label_hash[label_hash]

    def row_named(self, data_title: str, branch_name: str = "main") -> SampleLabelRow:
        """The row of the data unit with this title on this branch.

        Raises:
            KeyError: The project has none.
        """
        for row in self.rows.values():
            if row.metadata["data_title"] == data_title and row.branch_name == branch_name:
                return row
        raise KeyError(f"{data_title} on {branch_name}")

    def find_row(self, label_hash: str) -> SampleLabelRow | None:
        """The row with this label hash, or None."""
        return self._by_label_hash.get(label_hash)

    def index(self, row: SampleLabelRow) -> None:
        """Make a row findable by its label hash."""
        if row.label_hash:
            self._by_label_hash[row.label_hash] = row

    def remove(self, row: SampleLabelRow) -> None:
        """Take a row out of the project."""
        del self.rows[row.data_hash, row.branch_name]
        if row.label_hash:
            del self._by_label_hash[row.label_hash]

    def hidden_features(self) -> frozenset[str]:
        """The features whose labels are not served, because they are archived."""
        if self._hidden is None:
            self._hidden = archived_features(self.editor)
        return self._hidden

    def touch_ontology(self) -> None:
        """Note that the ontology was edited now; label rows do not move."""
        self._hidden = None
        self.ontology["lastEditedAt"] = api_time(self.clock.tick())
