"""Everything that the fake server knows: keys, a clock, and projects."""

import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from connector.sample.world.clock import SampleClock
from connector.sample.world.editable_project import SampleProject
from connector.sample.world.randomness import seeded_random
from connector.sample.world.sample_label_row import SampleLabelRow
from connector.sample.world.signatures import KeyRing, KeyState, SampleKey

PROJECT_NAMESPACE = uuid.UUID("6f9b0c52-6c2f-4a55-8e0e-1d5a4b7d2c90")


class SampleWorld:
    """Keys, clock and projects; hold `lock` while reading several things that must fit together.

    Attributes:
        projects: The projects by their hash.
        project_hash: The main project, if one was named.
        private_key: The registered private key as OpenSSH text.
        page_size: How many results are on a page of the v2 API's lists.
        is_multi_get_strict: Whether an unknown label hash among others is an error; if not, it is left out.
    """

    def __init__(self, seed: object = 7) -> None:
        self.seed = seed
        self.lock = threading.RLock()
        self.clock = SampleClock()
        self.keys = KeyRing()
        self.key = SampleKey(seed)
        self.keys.register(self.key.public_hex)
        self.private_key = self.key.private_text
        self.projects: dict[str, SampleProject] = {}
        self.project_hash = ""
        self.page_size = 100
        self.is_multi_get_strict = False
        self.answer_order = seeded_random(seed, "answer order")
        self._signatures = 0

    def __iter__(self) -> Iterator[SampleProject]:
        return iter(list(self.projects.values()))

    def add_project(
        self,
        project: Mapping[str, Any],
        ontology: Mapping[str, Any],
        rows: Iterable[Mapping[str, Any] | SampleLabelRow],
    ) -> SampleProject:
        """Serve a project made elsewhere.

        Args:
            project: The answer of `GET projects/{hash}`.
            ontology: The answer of `GET ontologies/{hash}`.
            rows: `{"metadata": listing entry, "labels": label-row dict or None}` each, or rows ready made.
        """
        made = (
            row if isinstance(row, SampleLabelRow) else SampleLabelRow(dict(row["metadata"]), row["labels"])
            for row in rows
        )
        added = SampleProject(
            dict(project),
            dict(ontology),
            made,
            clock=self.clock,
            lock=self.lock,
            random_source=seeded_random(self.seed, "edits", project["projectHash"]),
        )
        with self.lock:
            self.projects[added.project_hash] = added
            self.project_hash = self.project_hash or added.project_hash
        return added

    def delete_project(self, project_hash: str) -> None:
        """Delete a project, as an administrator would."""
        with self.lock:
            del self.projects[project_hash]

    def revoke_key(self) -> None:
        """Remove the key from the user's profile, so that it is unknown from now on."""
        self.keys.set_state(self.key.public_hex, KeyState.REVOKED)

    def expire_key(self) -> None:
        """Let the key expire."""
        self.keys.set_state(self.key.public_hex, KeyState.EXPIRED)

    def restore_key(self) -> None:
        """Let the key work again."""
        self.keys.set_state(self.key.public_hex, KeyState.ACTIVE)

    def next_signature(self) -> str:
        """A new signature for a signed link: they differ every time, as Encord's do."""
        with self.lock:
            self._signatures += 1
            return f"{self._signatures:08x}"
