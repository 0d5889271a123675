"""One label row on the fake server: its listing entry, its labels, and the JSON of both, kept until edited."""

import copy
from typing import Any

import orjson

from connector.sample.world.archived import without_archived

WORKFLOW_FIELDS = ("workflow_graph_node", "priority", "task_uuid")


class SampleLabelRow:
    """A data unit on a branch.

    `metadata` is its listing entry, `labels` the raw label-row dict, None if nobody has opened it.
    """

    def __init__(self, metadata: dict[str, Any], labels: dict[str, Any] | None) -> None:
        self._metadata = metadata
        self._labels = labels
        self._packed: bytes | None = None
        self._entries: dict[tuple[bool, bool, bool], bytes] = {}
        self._labels_json: dict[frozenset[str], bytes] = {}

    @property
    def metadata(self) -> dict[str, Any]:
        """The listing entry, to read or to edit in place; call `forget` after an edit."""
        return self._metadata

    @property
    def label_hash(self) -> str | None:
        """The label hash; None while nobody has opened the data unit on this branch."""
        label_hash: str | None = self.metadata.get("label_hash")
        return label_hash

    @property
    def data_hash(self) -> str:
        """The data unit."""
        return str(self.metadata["data_hash"])

    @property
    def branch_name(self) -> str:
        """The branch."""
        return str(self.metadata["branch_name"])

    @property
    def key(self) -> str:
        """What names the row in the answers of this server: its label hash or, without one, its data unit."""
        return self.label_hash or self.data_hash

    @property
    def labels(self) -> dict[str, Any]:
        """The label-row dict, to read or to edit in place; call `forget` after an edit.

        Raises:
            LookupError: Nobody has opened the data unit on this branch.
        """
        if self._labels is None and self._packed is not None:
            self._labels, self._packed = orjson.loads(self._packed), None
        if self._labels is None:
            raise LookupError(f"data unit {self.data_hash} has no labels on branch {self.branch_name}")
        return self._labels

    def open_with(self, labels: dict[str, Any]) -> None:
        """Give a row its first labels."""
        self._labels = labels
        self.forget()

    def pack(self) -> None:
        """Keep the labels only as JSON, which takes less memory, until somebody reads or edits them."""
        if self._labels is not None:
            self._packed, self._labels = orjson.dumps(self._labels), None

    def forget(self) -> None:
        """Drop the kept JSON after an edit."""
        self._entries.clear()
        self._labels_json.clear()

    def entry_json(self, *, with_client_metadata: bool, with_images: bool, with_workflow: bool) -> bytes:
        """The listing entry as JSON, without fields that the listing was not asked for."""
        wanted = (with_client_metadata, with_images, with_workflow)
        known = self._entries.get(wanted)
        if known is None:
            entry = dict(self.metadata)
            if not with_client_metadata and "client_metadata" in entry:
                entry["client_metadata"] = None
            if not with_images and "images_data" in entry:
                entry["images_data"] = None
            if not with_workflow:
                entry.update(dict.fromkeys(WORKFLOW_FIELDS))
            known = self._entries[wanted] = orjson.dumps(entry)
        return known

    def labels_json(self, hidden: frozenset[str]) -> bytes:
        """The label-row dict as JSON, without labels of the features in `hidden`."""
        known = self._labels_json.get(hidden)
        if known is not None:
            return known
        if self._packed is not None and not hidden:
            return self._packed
        labels = self.labels
        known = orjson.dumps(without_archived(copy.deepcopy(labels), hidden) if hidden else labels)
        self._labels_json[hidden] = known
        return known
