"""The project of the model test: edits made on the server and in the model alike, and what a warehouse shows of it."""

import copy
import datetime
import random
from typing import Any

from connector.sample import SampleProject, SampleWorld
from connector.sample.farm.ontology_pieces import classification, editor_structure, object_class, radio, text
from connector.sample.world.label_pen import answered
from tests.crash.crashed_warehouse import CrashedWarehouse
from tests.crash.model import Facts, Model, ModelObject, ModelRow, of_labels
from tests.source.world import image_world

IMAGES, VIDEOS, FRAMES = 4, 2, 10

_LABELS = (
    "SELECT 'object', label_hash, object_hash, feature_hash FROM object_instance",
    "SELECT 'box', label_hash, object_hash, frame, x, y, width, height FROM object_annotation",
    "SELECT 'classification', label_hash, classification_hash, feature_hash FROM classification_instance",
    """SELECT 'answer', label_hash, owner_hash, attribute_feature_hash, option_feature_hash, answer_text
    FROM attribute_answer""",
)
_OTHERS = {
    "row": "SELECT data_hash, branch_name, label_hash, priority, object_count, annotation_count, classification_count"
    " FROM label_row WHERE deleted_at IS NULL",
    "deleted": "SELECT data_hash, branch_name FROM label_row WHERE deleted_at IS NOT NULL",
    "class": "SELECT feature_hash, name, is_archived FROM ontology_class",
}


def modelled_world() -> SampleWorld:
    """Images and short videos that nobody has opened, two classes with a radio and a text, one classification."""
    world = image_world(0, IMAGES + VIDEOS)
    world.clock.advance(datetime.timedelta(days=400))
    project = world.projects[world.project_hash]
    for row in list(project.rows.values())[IMAGES:]:
        row.metadata.update(
            data_type="VIDEO",
            file_type="video/mp4",
            number_of_frames=FRAMES,
            frames_per_second=25.0,
            duration=FRAMES / 25,
        )
        row.forget()
    classes = [
        object_class(name, "bounding_box", "#D33115", radio("Posture", "standing", "lying"), text("Note"))
        for name in ("Cow", "Calf")
    ]
    weather = classification(radio("Weather", "sunny", "rain", "snow"))
    project.ontology["editor"] = editor_structure(classes, [weather], random.Random(7))
    return world


class ModelledProject:
    """Server and model, edited side by side. `pick` is any number; it chooses among what there is."""

    def __init__(self, project: SampleProject) -> None:
        self.project = project
        self.model = Model()
        for data_hash, branch in project.rows:
            self.model.rows[data_hash, branch] = ModelRow(None)
        for item in (*project.editor["objects"], *project.editor["classifications"]):
            name = item["name"] if "shape" in item else item["attributes"][0]["name"]
            self.model.class_names[item["featureNodeHash"]] = name

    def open_row(self, pick: int) -> None:
        if closed := sorted(key for key, row in self.model.rows.items() if row.label_hash is None):
            key = closed[pick % len(closed)]
            self.model.rows[key].label_hash = self.project.open_data_unit(*key)

    def add_data_unit(self, pick: int) -> None:
        mains = sorted(data_hash for data_hash, branch in self.model.rows if branch == "main")
        if 0 < len(mains) < 12:
            data_hash = self.project.add_data_unit(mains[pick % len(mains)], f"added-{pick}")
            like = self.model.rows[mains[pick % len(mains)], "main"]
            self.model.rows[data_hash, "main"] = ModelRow(None, like.priority)

    def add_branch(self, pick: int, *, is_copy: bool) -> None:
        mains = [item for item in self.model.opened() if item[0][1] == "main"]
        if mains:
            (data_hash, _), main = mains[pick % len(mains)]
            name = f"model-{pick}"
            if (data_hash, name) not in self.model.rows:
                branch = copy.deepcopy(main) if is_copy else ModelRow(None, main.priority)
                branch.label_hash = self.project.add_branch(data_hash, name, is_copy_of_main=is_copy)
                self.model.rows[data_hash, name] = branch

    def delete_label_row(self, pick: int) -> None:
        if opened := self.model.opened():
            key, row = opened[pick % len(opened)]
            self.project.delete_label_row(str(row.label_hash))
            del self.model.rows[key]

    def delete_data_unit(self, pick: int) -> None:
        data_hashes = sorted({data_hash for data_hash, _ in self.model.rows})
        if len(data_hashes) > 3:
            gone = data_hashes[pick % len(data_hashes)]
            self.project.delete_data_unit(gone)
            self.model.rows = {key: row for key, row in self.model.rows.items() if key[0] != gone}

    def set_priority(self, pick: int) -> None:
        key = sorted(self.model.rows)[pick % len(self.model.rows)]
        self.project.set_priority(*key[:1], pick % 100 / 100, branch_name=key[1])
        self.model.rows[key].priority = pick % 100 / 100

    def save(self, pick: int) -> None:
        if opened := self.model.opened():
            self.project.save_labels(str(opened[pick % len(opened)][1].label_hash))

    def draw(self, pick: int) -> None:
        classes = [
            item["featureNodeHash"]
            for item in self.project.editor["objects"]
            if item["featureNodeHash"] not in self.model.archived
        ]
        opened = self.model.opened()
        if classes and opened:
            (data_hash, branch), row = opened[pick % len(opened)]
            is_video = self.project.rows[data_hash, branch].metadata["data_type"] == "VIDEO"
            feature_hash = classes[pick % len(classes)]
            boxes = {
                frame: (0.1 + frame / 100, pick % 1000 / 2000, 0.25, 0.125)
                for frame in (range(pick % FRAMES, FRAMES, 2) if is_video else [0])
            }
            frames = {frame: dict(zip("xywh", box, strict=True)) for frame, box in boxes.items()}
            object_hash = self.project.add_object(str(row.label_hash), feature_hash, frames)
            row.objects[object_hash] = ModelObject(feature_hash, dict(boxes))

    def move(self, pick: int) -> None:
        if drawn := self.model.drawn():
            row, object_hash = drawn[pick % len(drawn)]
            self.project.move_box(str(row.label_hash), object_hash, x=0.015, y=0.025)
            boxes = row.objects[object_hash].boxes
            for frame, (x, y, width, height) in boxes.items():
                boxes[frame] = (round(x + 0.015, 4), round(y + 0.025, 4), width, height)

    def erase(self, pick: int) -> None:
        if drawn := self.model.drawn():
            row, object_hash = drawn[pick % len(drawn)]
            self.project.delete_object(str(row.label_hash), object_hash)
            del row.objects[object_hash]

    def answer(self, pick: int) -> None:
        if drawn := self.model.drawn():
            row, object_hash = drawn[pick % len(drawn)]
            known = row.objects[object_hash]
            posture, note = self.project.node(known.feature_hash)["attributes"][:2]
            attribute = (posture, note)[pick % 2]
            fact: tuple[str | None, str | None] = (None, f"note {pick}")
            made = answered(note, f"note {pick}")
            if attribute is posture:
                option = posture["options"][pick // 2 % 2]
                made, fact = answered(posture, [option]), (option["featureNodeHash"], None)
            if attribute["featureNodeHash"] not in self.model.archived:
                self.project.answer_attribute(str(row.label_hash), object_hash, made)
                known.answers[attribute["featureNodeHash"]] = fact

    def classify(self, pick: int) -> None:
        weather = self.project.editor["classifications"][0]
        opened = self.model.opened()
        if opened and weather["featureNodeHash"] not in self.model.archived:
            _, row = opened[pick % len(opened)]
            if not row.classifications:
                question = weather["attributes"][0]
                option = question["options"][pick % 3]
                made = self.project.add_classification(
                    str(row.label_hash), weather["featureNodeHash"], [answered(question, [option])], [[0, 0]]
                )
                row.classifications[made] = (
                    weather["featureNodeHash"], question["featureNodeHash"], option["featureNodeHash"],
                )  # fmt: skip

    def rename_class(self, pick: int) -> None:
        known = sorted(self.model.class_names)[pick % len(self.model.class_names)]
        self.model.class_names[known] = f"Class {pick}"
        self.project.rename_feature(known, f"Class {pick}")

    def archive_or_back(self, pick: int) -> None:
        attributes = [item["attributes"][0]["featureNodeHash"] for item in self.project.editor["objects"]]
        choices = [*sorted(self.model.class_names), *attributes]
        chosen = choices[pick % len(choices)]
        if chosen in self.model.archived:
            self.project.unarchive_feature(chosen)
        else:
            self.project.archive_feature(chosen)
        self.model.archived ^= {chosen}


def facts_of(warehouse: CrashedWarehouse) -> Facts:
    """What a warehouse says, in the words of the model."""
    labels = {fact for query in _LABELS for fact in warehouse.rows(query)}
    return {**{name: set(warehouse.rows(query)) for name, query in _OTHERS.items()}, **of_labels(labels)}


def states_of(warehouse: CrashedWarehouse) -> dict[str, frozenset[tuple[Any, ...]]]:
    """By label hash, the labels that are there."""
    states: dict[str, set[tuple[Any, ...]]] = {}
    for query in _LABELS:
        for fact in warehouse.rows(query):
            states.setdefault(fact[1], set()).add(fact)
    return {label_hash: frozenset(facts) for label_hash, facts in states.items()}
