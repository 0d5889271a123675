"""Edits of every kind that Encord knows, chosen by chance: labels, listing, ontology, rows that go and come back."""

import copy
import datetime
import random
from collections.abc import Callable
from typing import Any

from connector.sample import SampleProject
from connector.sample.world.label_pen import answered
from connector.sample.world.sample_label_row import SampleLabelRow

Json = dict[str, Any]
BRANCH_PREFIXES = ("model", "encord")
"""What a branch's name begins with: `encord` makes it an annotator's."""


class EditsByChance:
    """Edits one project. What was deleted or changed is remembered, so that it may come back.

    Each edit of a kind that finds nothing to edit leaves all as it is.
    """

    def __init__(self, project: SampleProject, chance: random.Random) -> None:
        self._project = project
        self._chance = chance
        self._removed: list[SampleLabelRow] = []
        self._saved: list[tuple[str, Json, str]] = []
        self._weights: dict[Callable[[], None], int] = {
            self.draw: 5,
            self.draw_in_consensus: 5,
            self.move: 3,
            self.erase: 3,
            self.save: 3,
            self.answer: 3,
            self.restore_labels: 4,
            self.open: 2,
            self.add_branch: 3,
            self.delete_label_row: 3,
            self.delete_data_unit: 1,
            self.restore: 4,
            self.add_data_unit: 1,
            self.rename_branch: 5,
            self.move_to_stage: 3,
            self.rename_stage: 1,
            self.set_task: 2,
            self.describe: 3,
            self.move_to_dataset: 2,
            self.rename_data: 2,
            self.rename_feature: 2,
            self.add_to_ontology: 1,
            self.archive_or_back: 4,
            self.reorder: 4,
            self.move_feature: 2,
            self.change_meaning: 4,
            self.remove_feature: 1,
        }

    @property
    def kinds(self) -> list[Callable[[], None]]:
        """One method a kind of edit."""
        return list(self._weights)

    def edit(self) -> str:
        """Make one edit; returns its kind."""
        # Rows fetched within the settle window of an edit are looked at again once it has passed.
        self._project.clock.step = datetime.timedelta(seconds=self._chance.choice([20.25, 431.5]))
        (kind,) = self._chance.choices(list(self._weights), list(self._weights.values()))
        kind()
        return kind.__name__

    def draw(self) -> None:
        """Draw a box or polygon on a video, by one who may never have drawn there."""
        if row := self._row(lambda row: row.metadata["data_type"] == "VIDEO"):
            self._draw(row)

    def draw_in_consensus(self) -> None:
        """Draw nearly the same on two branches of a data unit."""
        if row := self._row(lambda row: row.branch_name != "main"):
            place = self._chance.random() * 0.5
            for other in [other for other in self._opened() if other.data_hash == row.data_hash][:3]:
                self._draw(other, place)

    def move(self) -> None:
        if row := self._row(self._has_objects):
            boxed = [
                drawn["objectHash"]
                for unit in row.labels["data_units"].values()
                for frame in unit["labels"].values()
                if isinstance(frame, dict)
                for drawn in frame["objects"]
                if "boundingBox" in drawn or "rotatableBoundingBox" in drawn
            ]
            if boxed:
                self._keep(row)
                self._project.move_box(str(row.label_hash), self._chance.choice(sorted(boxed)))

    def erase(self) -> None:
        if row := self._row(self._has_objects):
            self._keep(row)
            self._project.delete_object(str(row.label_hash), self._chance.choice(sorted(row.labels["object_answers"])))

    def save(self) -> None:
        """Save without a change."""
        if row := self._row():
            self._keep(row)
            self._project.save_labels(str(row.label_hash))

    def answer(self) -> None:
        if row := self._row(self._has_objects):
            questions = [
                each
                for item in self._project.editor["objects"]
                for each in item["attributes"]
                if each["type"] == "checklist" and each["options"]
            ]
            if questions:
                self._keep(row)
                question = self._chance.choice(questions)
                ticked = self._chance.sample(question["options"], self._chance.randint(1, len(question["options"])))
                object_hash = self._chance.choice(sorted(row.labels["object_answers"]))
                self._project.answer_attribute(str(row.label_hash), object_hash, answered(question, ticked))

    def restore_labels(self) -> None:
        """Bring an older state of a label row back, and its time of then."""
        known = [state for state in self._saved if self._project.find_row(state[0])]
        if known:
            self._project.restore_labels(*self._chance.choice(known))

    def open(self) -> None:
        closed = [row for row in self._project.rows.values() if not row.label_hash]
        if closed:
            row = self._chance.choice(closed)
            self._project.open_data_unit(row.data_hash, row.branch_name)

    def add_branch(self) -> None:
        if row := self._row(lambda row: row.branch_name == "main"):
            self._project.add_branch(row.data_hash, self._branch_name(), is_copy_of_main=self._chance.random() < 0.7)

    def delete_label_row(self) -> None:
        if row := self._row():
            self._removed.append(row)
            self._project.delete_label_row(str(row.label_hash))

    def delete_data_unit(self) -> None:
        data_hash = self._data_hash()
        self._removed += [row for row in self._project.rows.values() if row.data_hash == data_hash]
        self._project.delete_data_unit(data_hash)

    def restore(self) -> None:
        """Put a deleted label row back, under its old name or another."""
        if self._removed:
            row = self._removed.pop(self._chance.randrange(len(self._removed)))
            if (row.data_hash, row.branch_name) not in self._project.rows:
                self._project.restore(row)

    def add_data_unit(self) -> None:
        mains = [data_hash for data_hash, branch_name in self._project.rows if branch_name == "main"]
        if mains:
            self._project.add_data_unit(self._chance.choice(mains), f"barn-{self._chance.getrandbits(20)}.mp4")

    def rename_branch(self) -> None:
        branches = [key for key in self._project.rows if key[1] != "main"]
        if branches:
            self._project.rename_branch(*self._chance.choice(branches), self._branch_name())

    def move_to_stage(self) -> None:
        data_hash = self._data_hash(lambda row: row.branch_name == "main" and row.metadata["workflow_graph_node"])
        stages = [stage["title"] for stage in self._project.record["workflow"]["stages"]]
        self._project.move_to_stage(data_hash, self._chance.choice(stages))

    def rename_stage(self) -> None:
        stages = [stage["title"] for stage in self._project.record["workflow"]["stages"]]
        self._project.rename_stage(self._chance.choice(stages), f"Stage {self._chance.getrandbits(16)}")

    def set_task(self) -> None:
        data_hash = self._data_hash(lambda row: row.branch_name == "main")
        edits: list[Callable[[], object]] = [
            lambda: self._project.set_priority(data_hash, round(self._chance.random(), 2)),
            lambda: self._project.assign(data_hash, self._chance.choice([None, "new.hand@example.com"])),
            lambda: self._project.set_status(data_hash, self._chance.choice(["LABELLED", "RETURNED"])),
            lambda: self._project.set_valid(data_hash, is_valid=self._chance.random() < 0.5),
        ]
        self._chance.choice(edits)()

    def describe(self) -> None:
        """The listing says another size, length or storage item of a data unit."""
        data_hash = self._data_hash()
        fields: Json = self._chance.choice(
            [
                {"width": self._chance.choice([640, 1920, None]), "height": self._chance.choice([480, 1080])},
                {"number_of_frames": self._chance.choice([1, 20, 100])},
                {"client_metadata": {"barn": self._chance.getrandbits(8)}},
                {"backing_item_uuid": f"{self._chance.getrandbits(64):016x}"},
                {"group_hash": f"{self._chance.getrandbits(64):016x}", "file_type": "video/webm"},
            ]
        )
        self._project.describe_data_unit(data_hash, **fields)

    def move_to_dataset(self) -> None:
        number = self._chance.getrandbits(4)
        self._project.move_to_dataset(self._data_hash(), f"dataset-{number}", f"Dataset {number}")

    def rename_data(self) -> None:
        """Rename a data unit, a part of a data group, or the project."""
        data_hash = self._data_hash()
        parts = [
            (row.data_hash, space_id)
            for row in self._project.rows.values()
            for space_id, space in row.metadata["spaces"].items()
            if "child_info" in space
        ]
        title = f"part-{self._chance.getrandbits(16)}.mp4"
        edits: list[Callable[[], None]] = [
            lambda: self._project.rename_data_unit(data_hash, title),
            lambda: self._project.rename_project(title),
        ]
        if parts:
            edits.append(lambda: self._project.rename_space(*self._chance.choice(parts), title))
        self._chance.choice(edits)()

    def rename_feature(self) -> None:
        self._project.rename_feature(self._feature(), f"Feature {self._chance.getrandbits(16)}")

    def add_to_ontology(self) -> None:
        classes = [item["featureNodeHash"] for item in self._project.editor["objects"]]
        questions = [node["featureNodeHash"] for node in self._nodes() if node.get("type") in {"radio", "checklist"}]
        edits: list[Callable[[], object]] = [
            lambda: self._project.add_class("Goat", "polygon"),
            lambda: self._project.add_attribute(self._chance.choice(classes), "Seen by", "checklist", ("a", "b")),
            lambda: self._project.add_option(self._chance.choice(questions), "Another"),
        ]
        self._chance.choice(edits)()

    def archive_or_back(self) -> None:
        archived = [node["featureNodeHash"] for node in self._nodes() if node["archived"]]
        if archived and self._chance.random() < 0.6:
            self._project.unarchive_feature(self._chance.choice(archived))
        else:
            self._project.archive_feature(self._feature())

    def reorder(self) -> None:
        self._project.reorder(self._feature(), self._chance.randrange(4))

    def move_feature(self) -> None:
        """Hang an attribute under another class or option, or an option under another question."""
        nodes = self._nodes()
        questions = [node for node in nodes if "type" in node]
        options = [node for node in nodes if "label" in node]
        # The question of a classification is what it is.
        own = [each for item in self._project.editor["classifications"] for each in item["attributes"]]
        movable = [node for node in questions if all(node is not each for each in own)]
        if self._chance.random() < 0.5:
            node, parents = self._chance.choice(movable), [*self._project.editor["objects"], *options]
        else:
            node, parents = self._chance.choice(options), [each for each in questions if "options" in each]
        parent = self._chance.choice(parents)
        try:
            self._project.move_feature(node["featureNodeHash"], parent["featureNodeHash"])
        except ValueError:
            return  # it would hang under itself

    def change_meaning(self) -> None:
        """Another shape or level of a class, another kind of question."""
        project, chance = self._project, self._chance
        questions = [node for node in self._nodes() if "type" in node]
        question = chance.choice(questions)
        item = chance.choice(project.editor["objects"])
        classified = chance.choice(project.editor["classifications"])
        edits: list[Callable[[], object]] = [
            lambda: project.set_dynamic(question["featureNodeHash"], is_dynamic=not question["dynamic"]),
            lambda: project.set_shape(item["featureNodeHash"], chance.choice(["polygon", "bounding_box"])),
            lambda: project.set_global(classified["featureNodeHash"], is_global=classified.get("level") != "global"),
        ]
        chance.choice(edits)()

    def remove_feature(self) -> None:
        options = [node["featureNodeHash"] for node in self._nodes() if "label" in node]
        classes = [item["featureNodeHash"] for item in self._project.editor["objects"]]
        if len(classes) > 8:
            self._project.remove_feature(self._chance.choice([*options, *classes]))

    def _draw(self, row: SampleLabelRow, place: float | None = None) -> None:
        classes = [item for item in self._project.editor["objects"] if item["name"] in {"Cow", "Calf", "Lying area"}]
        if not classes or row.metadata["data_type"] != "VIDEO":
            return
        self._keep(row)
        item = self._chance.choice(classes)
        x = self._chance.random() * 0.5 if place is None else place + self._chance.random() * 0.03
        corners = [(x, 0.2), (x + 0.3, 0.2), (x + 0.3, 0.5), (x, 0.5)]
        drawn: object = {"x": round(x, 4), "y": 0.2, "w": 0.3, "h": 0.3}
        if item["shape"] == "polygon":
            drawn = {str(number): {"x": round(a, 4), "y": b} for number, (a, b) in enumerate(corners[:3])}
        elif item["shape"] != "bounding_box":
            return
        self._project.add_object(
            str(row.label_hash), item["featureNodeHash"], {self._chance.randrange(3 if place else 40): drawn}
        )

    def _keep(self, row: SampleLabelRow) -> None:
        """Remember what a label row is before an edit."""
        self._saved.append((str(row.label_hash), copy.deepcopy(row.labels), row.metadata["last_edited_at"]))

    def _opened(self) -> list[SampleLabelRow]:
        return [row for row in self._project.rows.values() if row.label_hash]

    def _row(self, test: Callable[[SampleLabelRow], object] = lambda _: True) -> SampleLabelRow | None:
        rows = [row for row in self._opened() if test(row)]
        return self._chance.choice(rows) if rows else None

    @staticmethod
    def _has_objects(row: SampleLabelRow) -> bool:
        return bool(row.labels["object_answers"])

    def _data_hash(self, test: Callable[[SampleLabelRow], object] = lambda _: True) -> str:
        return self._chance.choice(sorted({row.data_hash for row in self._project.rows.values() if test(row)}))

    def _branch_name(self) -> str:
        return f"{self._chance.choice(BRANCH_PREFIXES)}-{self._chance.getrandbits(32):08x}"

    def _nodes(self) -> list[Json]:
        return self._project.features()

    def _feature(self) -> str:
        return str(self._chance.choice(self._nodes())["featureNodeHash"])
