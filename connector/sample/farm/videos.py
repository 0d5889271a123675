"""Barn videos: cows that wander smoothly through the frame, and around them one object of every other shape."""

import itertools
import math
from collections.abc import Callable

from connector.sample.farm.moving_shapes import (
    Motion,
    bitmask,
    blob_outline,
    box,
    circle,
    ellipse,
    gait_skeleton,
    points,
    rotatable_box,
    wagon,
)
from connector.sample.farm.ontology_pieces import Json, OntologyNames, option_of
from connector.sample.world.clock import label_time
from connector.sample.world.label_pen import LabelPen, acted, answered

KEYFRAME_EVERY = 10


class VideoDrawing:
    """Draws on the frames of one video (or slices, or pages): `labels` is its label-row dict, opened and blank."""

    def __init__(self, labels: Json, entry: Json, names: OntologyNames, pen: LabelPen) -> None:
        self.labels = labels
        self.entry = entry
        self.names = names
        self.pen = pen
        self.source = pen.source
        self.frame_count: int = entry["number_of_frames"]
        unit = next(iter(labels["data_units"].values()))
        self.frames: dict[str, Json] = unit["labels"]

    def place(
        self, class_name: str, first: int, last: int, geometry_at: Callable[[int], object], every: int = 1
    ) -> str:
        """Draw an object on the frames first..last, signed again on each keyframe. Returns its hash."""
        item = self.names.item(class_name)
        object_hash = self.pen.new_hash()
        signature = self.pen.signature()
        for frame in range(first, last + 1, every):
            if frame % KEYFRAME_EVERY == 0:
                signature = {**signature, "lastEditedAt": label_time(self.pen.moment)}
            blob = self.frames.get(str(frame))
            if blob is None:
                blob = self.frames[str(frame)] = {"objects": [], "classifications": []}
            blob["objects"].append(self.pen.drawn(item, object_hash, geometry_at(frame), signature))
        number = len(self.labels["object_answers"]) + 1
        self.labels["object_answers"][object_hash] = {
            "objectHash": object_hash,
            "classifications": [],
            "objectNumber": number,
        }
        return object_hash

    def answer(self, object_hash: str, *answers: Json) -> None:
        """Give static attributes of an object these answers."""
        self.labels["object_answers"][object_hash]["classifications"].extend(answers)

    def act(self, object_hash: str, *actions: Json) -> None:
        """Give dynamic attributes of an object these answers."""
        entry = {"objectHash": object_hash, "actions": []}
        self.labels["object_actions"].setdefault(object_hash, entry)["actions"].extend(actions)

    def classify(self, question: str, ranges: list[list[int]], *answers: Json) -> str:
        """Classify frame ranges, or the whole video if there are none. Returns the classification hash."""
        classification_hash = self.pen.new_hash()
        self.labels["classification_answers"][classification_hash] = self.pen.classified(
            self.names.item(question), classification_hash, answers, ranges
        )
        return classification_hash

    def cow(self, number: int) -> str:
        """A cow with all its answers, in view for most of the video."""
        motion = Motion.wandering(self.source)
        width, height = self.source.uniform(0.14, 0.24), self.source.uniform(0.16, 0.26)
        first = self.source.randrange(0, max(1, self.frame_count // 8))
        last = self.frame_count - 1 - self.source.randrange(0, max(1, self.frame_count // 8))
        cow = self.place("Cow", first, last, lambda frame: box(motion.at(frame), width, height))
        self._answer_cow(cow, number)
        self._follow_cow(cow, first, last)
        return cow

    def _answer_cow(self, cow: str, number: int) -> None:
        attribute = self.names.attribute
        coat, marks, health = attribute("Cow", "Coat"), attribute("Cow", "Marks"), attribute("Cow", "Health")
        weights = (11, 5, 3, 1)
        self.answer(
            cow,
            answered(coat, [self.source.choices(coat["options"], weights)[0]]),
            answered(marks, [mark for mark in marks["options"] if self.source.random() < 0.6]),
            answered(attribute("Cow", "Ear tag number"), f"DE 09 4{number:02d}{self.source.randrange(1000):03d}"),
            answered(attribute("Cow", "Estimated weight (kg)"), round(self.source.gauss(640, 55), 1)),
        )
        if self.source.random() < 0.7:
            self.answer(cow, answered(health, [option_of(health, "Healthy")]))
            return
        sign = attribute("Cow", "Health", "Unwell", "Sign")
        seen = self.source.choice(sign["options"])
        # Nested answers may come before their parents, as the SDK writes them.
        if seen["label"] == "Other":
            which = attribute("Cow", "Health", "Unwell", "Sign", "Other", "Which sign")
            self.answer(cow, answered(which, self.source.choice(["swollen hock", "dull eyes", "no cud"])))
        self.answer(
            cow,
            answered(attribute("Cow", "Health", "Unwell", "Severity"), self.source.randint(1, 5)),
            answered(sign, [seen]),
            answered(health, [option_of(health, "Unwell")]),
        )

    def _follow_cow(self, cow: str, first: int, last: int) -> None:
        attribute = self.names.attribute
        posture, activity = attribute("Cow", "Posture"), attribute("Cow", "Activity")
        third = max(1, (last - first) // 3)
        cuts = [first, first + third, first + 2 * third, last + 1]
        for start, end in itertools.pairwise(cuts):
            self.act(cow, acted(posture, [self.source.choice(posture["options"])], [[start, end - 1]]))
        doing = self.source.sample(activity["options"], 2)
        # The editor writes a checklist as one action for every ticked option.
        self.act(cow, acted(activity, [doing[0]], [[first, cuts[1]]]), acted(activity, [doing[1]], [[cuts[2], last]]))
        self.act(cow, acted(attribute("Cow", "Mobility score"), self.source.randint(0, 3), [[first, last]]))
        if self.source.random() < 0.3:
            remark = self.source.choice(["slow to rise", "pushed aside", "licks the gate"])
            self.act(cow, acted(attribute("Cow", "Remark"), remark, [[cuts[1], cuts[1] + third // 2]]))

    def surroundings(self) -> None:
        """One object of every other shape, and the classifications of frame ranges and of the whole video."""
        last = self.frame_count - 1
        still = Motion.wandering(self.source)
        size = self.source.uniform(0.04, 0.07)
        joints = [self.pen.new_hash() for _ in range(7)]
        width, height = self.entry["width"], self.entry["height"]
        attribute = self.names.attribute
        calf = self.place("Calf", 0, last // 2, lambda frame: box(still.at(frame + 40), 0.09, 0.1))
        self.answer(calf, answered(attribute("Calf", "Age"), [attribute("Calf", "Age")["options"][0]]))
        trough = self.place(
            "Feed trough", 0, last, lambda frame: rotatable_box((0.5, 0.85), 0.5, 0.08, 3 * math.sin(frame / 50)), 5
        )
        self.answer(trough, answered(attribute("Feed trough", "Filled (%)"), self.source.randrange(0, 101, 5)))
        area = blob_outline((0.25, 0.6), 0.14, 14, 0.12)
        bedding = attribute("Lying area", "Bedding")
        lying = self.place("Lying area", 0, last, lambda _: points(area), 5)
        self.answer(lying, answered(bedding, bedding["options"][:2]))
        rail = [(0.02 + 0.16 * post, 0.3 + 0.01 * (post % 2)) for post in range(7)]
        fence = self.place("Fence", 0, last, lambda _: points(rail), 10)
        self.answer(fence, answered(attribute("Fence", "State"), [attribute("Fence", "State")["options"][0]]))
        self.place("Ear tag", 0, last, lambda frame: points([still.at(frame)]), 2)
        self.place("Gait", 0, last, lambda frame: gait_skeleton(still.at(frame), size, frame / 4, joints), 4)
        self.place("Udder", 0, last, lambda frame: bitmask(still.at(frame), size / 2, width, height), 10)
        self.place("Water bowl", 0, last, lambda _: circle((0.9, 0.7), 0.035), 10)
        self.place("Muzzle", 0, last, lambda frame: ellipse(still.at(frame), 0.03, 0.02, frame % 90), 5)
        self.place("Feed wagon", last // 2, last, lambda frame: wagon((0.1 + 0.001 * (frame % 100), 0.5), 0.12, 0.1), 5)
        self._herdsperson(last)
        self._classifications(last)

    def _herdsperson(self, last: int) -> None:
        motion = Motion.wandering(self.source)
        person = self.place("Herdsperson", last // 3, last, lambda frame: box(motion.at(frame), 0.06, 0.2))
        task = self.names.attribute("Herdsperson", "Task")
        middle = (last // 3 + last) // 2
        self.act(
            person,
            acted(task, [task["options"][0]], [[last // 3, middle]]),
            acted(task, [task["options"][2]], [[middle + 1, last]]),
        )

    def _classifications(self, last: int) -> None:
        light = self.names.question("Barn light")
        half = last // 2
        self.classify("Barn light", [[0, half]], answered(light, [option_of(light, "Daylight")]))
        artificial = option_of(light, "Artificial")
        lamp, lux = artificial["options"]
        self.classify(
            "Barn light",
            [[half + 1, last]],
            answered(lux, self.source.randrange(60, 220, 5)),
            answered(lamp, [lamp["options"][0]]),
            answered(light, [artificial]),
        )
        trouble = self.names.question("Camera trouble")
        self.classify(
            "Camera trouble", [[half // 2, half // 2 + 9], [half, half + 4]], answered(trouble, trouble["options"][:2])
        )
        count = self.names.question("Cows in view")
        self.classify("Cows in view", [[0, last]], answered(count, self.source.randint(3, 9)))
        note = self.names.question("Observer's note")
        self.classify("Observer's note", [[last - 5, last]], answered(note, "herd called in for milking"))
        usable = self.names.question("Recording usable")
        self.classify("Recording usable", [], answered(usable, [option_of(usable, "Yes")]))
