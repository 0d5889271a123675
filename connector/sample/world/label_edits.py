"""Edits of labels, as annotators make them: they move the clock and the row's `last_edited_at`."""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connector.sample.world.archived import label_blobs
from connector.sample.world.clock import label_time, listing_time
from connector.sample.world.data_units import blank_labels, mark_opened
from connector.sample.world.label_pen import LabelPen, snake
from connector.sample.world.project_state import ProjectState
from connector.sample.world.randomness import label_hash_like
from connector.sample.world.sample_label_row import SampleLabelRow

Json = dict[str, Any]


class LabelEdits(ProjectState):
    """What the label editor can do to a label row.

    Attributes:
        person: Whoever edits from now on.
    """

    person = "lena.brandt@example.com"

    def edit_labels(self, label_hash: str, change: Callable[[Json], object]) -> None:
        """Change the label-row dict in place and save the row.

        Raises:
            KeyError: There is no such label row.
        """
        with self.lock:
            row = self.row(label_hash)
            change(row.labels)
            self._saved(row)

    def save_labels(self, label_hash: str) -> None:
        """Save a row without a change: only its time moves."""
        self.edit_labels(label_hash, lambda _: None)

    def restore_labels(self, label_hash: str, saved: Json, last_edited_at: str) -> None:
        """Bring back earlier labels of a row, with their time.

        Args:
            label_hash: the label row.
            saved: a copy of its earlier label-row dict.
            last_edited_at: its time in the listing then.

        Raises:
            KeyError: There is no such label row.
        """
        with self.lock:
            self.clock.tick()
            row = self.row(label_hash)
            contents = ("data_units", "spaces", "object_answers", "object_actions", "classification_answers")
            row.labels.update({name: copy.deepcopy(saved[name]) for name in (*contents, "last_edited_at")})
            row.metadata["last_edited_at"] = last_edited_at
            row.forget()

    def move_box(
        self, label_hash: str, object_hash: str, *, frame: int | None = None, x: float = 0.01, y: float = 0.01
    ) -> int:
        """Shift the box of an object on a frame, or on all its frames, and return how many boxes moved.

        Raises:
            LookupError: The object has no box there.
        """
        moved = 0
        with self.lock:
            row = self.row(label_hash)
            when = self.clock.tick()
            for drawn in _drawn(row.labels, object_hash, frame):
                box = drawn.get("boundingBox") or drawn.get("rotatableBoundingBox")
                if box is None:
                    continue
                box["x"], box["y"] = round(box["x"] + x, 4), round(box["y"] + y, 4)
                drawn["lastEditedAt"], drawn["lastEditedBy"] = label_time(when), self.person
                moved += 1
            if not moved:
                raise LookupError(f"object {object_hash} of label row {label_hash} has no box on frame {frame}")
            self._saved(row, is_clock_moved=True)
        return moved

    def add_object(self, label_hash: str, feature_hash: str, frames: Mapping[int, object]) -> str:
        """Draw a new object: its geometry by frame, in the form of its shape. Returns the object hash.

        Raises:
            LookupError: The ontology has no such object class, or the row's data type has no frames.
        """
        with self.lock:
            row = self.row(label_hash)
            item = self.feature(feature_hash)
            pen = LabelPen(self.random, self.person, self.clock.tick())
            object_hash = pen.new_hash()
            for frame, geometry in frames.items():
                _blob_of_frame(row, frame)["objects"].append(pen.drawn(item, object_hash, geometry))
            row.labels["object_answers"][object_hash] = {"objectHash": object_hash, "classifications": []}
            self._saved(row, is_clock_moved=True)
        return object_hash

    def reclass_object(self, label_hash: str, object_hash: str, feature_hash: str) -> None:
        """Say that an object is of another class, of the same shape; its answers are gone.

        Raises:
            LookupError: The ontology has no such object class.
        """
        item = self.feature(feature_hash)
        with self.lock:
            row = self.row(label_hash)
            when = label_time(self.clock.tick())
            said = {"name": item["name"], "value": snake(item["name"]), "color": item["color"]}
            for drawn in _drawn(row.labels, object_hash, None):
                drawn.update(said, featureHash=feature_hash, lastEditedAt=when, lastEditedBy=self.person)
            row.labels["object_answers"][object_hash]["classifications"] = []
            row.labels["object_actions"].pop(object_hash, None)
            self._saved(row, is_clock_moved=True)

    def delete_object(self, label_hash: str, object_hash: str) -> None:
        """Delete an object from all its frames, with its answers."""

        def change(labels: Json) -> None:
            for blob in label_blobs(labels):
                blob["objects"] = [drawn for drawn in blob["objects"] if drawn["objectHash"] != object_hash]
            labels["object_answers"].pop(object_hash, None)
            labels["object_actions"].pop(object_hash, None)

        self.edit_labels(label_hash, change)

    def answer_attribute(self, label_hash: str, object_hash: str, answer: Json) -> None:
        """Give a static attribute of an object this answer (see `label_pen.answered`) instead of its earlier one."""

        def change(labels: Json) -> None:
            entry = labels["object_answers"].setdefault(object_hash, {"objectHash": object_hash, "classifications": []})
            kept = [each for each in entry["classifications"] if each["featureHash"] != answer["featureHash"]]
            entry["classifications"] = [*kept, answer]

        self.edit_labels(label_hash, change)

    def add_classification(
        self, label_hash: str, feature_hash: str, answers: Sequence[Json], ranges: Sequence[Sequence[int]] = ()
    ) -> str:
        """Classify frame ranges, or the whole file if there are none. Returns the classification hash."""
        with self.lock:
            row = self.row(label_hash)
            pen = LabelPen(self.random, self.person, self.clock.tick())
            classification_hash = pen.new_hash()
            row.labels["classification_answers"][classification_hash] = pen.classified(
                self.feature(feature_hash), classification_hash, answers, ranges
            )
            self._saved(row, is_clock_moved=True)
        return classification_hash

    def open_data_unit(self, data_hash: str, branch_name: str = "main") -> str:
        """Open a data unit for the first time: its row gets a label hash and empty labels. Returns the hash.

        Raises:
            KeyError: The project has no such data unit on this branch.
            ValueError: It is open already.
        """
        with self.lock:
            row = self.rows[data_hash, branch_name]
            if row.label_hash:
                raise ValueError(f"data unit {data_hash} is open already on {branch_name}: {row.label_hash}")
            label_hash = label_hash_like(self.random)
            mark_opened(row.metadata, label_hash, self.clock.tick())
            row.open_with(blank_labels(row.metadata))
            self.index(row)
        return label_hash

    def add_branch(self, data_hash: str, branch_name: str, *, is_copy_of_main: bool = False) -> str:
        """Start a branch of a data unit, empty or as a copy of main. Returns its label hash.

        Raises:
            ValueError: The branch exists already.
        """
        with self.lock:
            if (data_hash, branch_name) in self.rows:
                raise ValueError(f"data unit {data_hash} has a branch {branch_name} already")
            main = self.rows[data_hash, "main"]
            metadata = {**copy.deepcopy(main.metadata), "branch_name": branch_name}
            mark_opened(metadata, label_hash_like(self.random), self.clock.tick())
            labels = blank_labels(metadata)
            if is_copy_of_main:
                contents = ("data_units", "spaces", "object_answers", "object_actions", "classification_answers")
                labels |= copy.deepcopy({name: main.labels[name] for name in contents})
            row = SampleLabelRow(metadata, labels)
            self.rows[data_hash, branch_name] = row
            self.index(row)
        return str(metadata["label_hash"])

    def feature(self, feature_hash: str) -> Json:
        """The class of the ontology with this feature hash.

        Raises:
            LookupError: There is none.
        """
        for item in (*self.editor["objects"], *self.editor["classifications"]):
            if item["featureNodeHash"] == feature_hash:
                found: Json = item
                return found
        raise LookupError(f"no class {feature_hash} in the ontology of project {self.project_hash}")

    def class_named(self, name: str) -> Json:
        """The object class, or the classification whose question, has this name.

        Raises:
            LookupError: There is none.
        """
        for item in (*self.editor["objects"], *self.editor["classifications"]):
            if name == (item["name"] if "shape" in item else item["attributes"][0]["name"]):
                found: Json = item
                return found
        raise LookupError(f"no class named {name} in project {self.project_hash}")

    def _saved(self, row: SampleLabelRow, *, is_clock_moved: bool = False) -> None:
        moment = self.clock.now if is_clock_moved else self.clock.tick()
        row.metadata["last_edited_at"] = listing_time(moment)
        row.labels["last_edited_at"] = label_time(moment)
        row.forget()


def _drawn(labels: Json, object_hash: str, frame: int | None) -> list[Json]:
    found = []
    for unit in (*labels["data_units"].values(), *labels.get("spaces", {}).values()):
        content = unit.get("labels") or {}
        by_frame = {int(unit.get("data_sequence") or 0): content} if "objects" in content else content
        for key, blob in by_frame.items():
            if frame is None or int(key) == frame:
                found += [drawn for drawn in blob["objects"] if drawn["objectHash"] == object_hash]
    return found


def _blob_of_frame(row: SampleLabelRow, frame: int) -> Json:
    units = list(row.labels["data_units"].values())
    for unit in units:
        content: Json = unit["labels"]
        if "objects" in content:
            if int(unit["data_sequence"]) == frame:
                return content
        elif len(units) == 1 and row.metadata["data_type"] in {"VIDEO", "DICOM", "NIFTI", "PDF", "SCENE"}:
            blob: Json = content.setdefault(str(frame), {"objects": [], "classifications": []})
            return blob
    raise LookupError(f"label row {row.label_hash} ({row.metadata['data_type']}) has no frame {frame}")
