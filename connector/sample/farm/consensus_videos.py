"""Consensus: three people label the same video on branches of their own, and do not agree.

One video waits for its last annotator, and nobody has opened its main. One waits for the reviewer's decision, with an
empty main. One is decided: its main holds copies of the objects that the reviewer chose, under the same object hashes.
"""

import copy
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.sample.farm.builder import ANNOTATORS, REVIEWER, FarmBuilder
from connector.sample.farm.moving_shapes import GAIT_JOINTS, Motion, blob_outline, box, gait_skeleton, points
from connector.sample.farm.ontology_pieces import Json, OntologyNames, option_of
from connector.sample.farm.videos import VideoDrawing
from connector.sample.world.clock import read_time
from connector.sample.world.data_units import blank_labels, mark_opened
from connector.sample.world.label_pen import LabelPen, acted, answered
from connector.sample.world.randomness import label_hash_like, seeded_random
from connector.sample.world.sample_label_row import SampleLabelRow

LABELS = ("data_units", "spaces", "object_answers", "object_actions", "classification_answers")


@dataclass(frozen=True)
class Animal:
    """What can really be seen: an animal on a path."""

    class_name: str
    motion: Motion
    width: float
    height: float
    coat: int
    health: str
    is_hard_to_see: bool


@dataclass(frozen=True)
class Habit:
    """How one annotator differs from the truth.

    Attributes:
        shift: How far boxes are off, as a fraction of the frame.
        growth: By how much boxes are too large.
        misses: The share of hard-to-see animals that are not drawn.
        confusions: The share of calves taken for cows.
        slips: The share of wrong answers.
    """

    shift: tuple[float, float]
    growth: float
    misses: float
    confusions: float
    slips: float


HABITS = (
    Habit(shift=(0.002, -0.001), growth=1.0, misses=0.1, confusions=0.0, slips=0.05),
    Habit(shift=(-0.012, 0.008), growth=1.12, misses=0.5, confusions=0.2, slips=0.15),
    Habit(shift=(0.02, 0.015), growth=0.9, misses=1.0, confusions=1.0, slips=0.35),
)


def add_consensus(builder: FarmBuilder) -> None:
    """Add the three videos, each with a branch for each annotator."""
    for title, stage, finished in (
        ("calving-pen-001.mp4", "Consensus annotate", 2),
        ("calving-pen-002.mp4", "Consensus review", 3),
        ("calving-pen-003.mp4", "Complete", 3),
    ):
        entry = builder.video_entry(title, builder.size.consensus_frames, stage)
        animals = _animals(builder.source)
        branches = [
            _branch(builder, entry, animals, number, is_submitted=number < finished)
            for number in range(len(ANNOTATORS))
        ]
        main = _main(builder, entry, stage, branches[0])
        _log(builder, main, branches[:finished], branches[finished:])
        for branch in branches:
            builder.rows.append(branch)
            branch.pack()


def _animals(source: random.Random) -> list[Animal]:
    return [
        Animal(
            "Calf" if number % 3 == 2 else "Cow",
            Motion.wandering(source),
            source.uniform(0.1, 0.2),
            source.uniform(0.12, 0.22),
            source.randrange(4),
            source.choice(("Healthy", "Healthy", "Unwell")),
            is_hard_to_see=number % 4 == 3,
        )
        for number in range(6)
    ]


def _branch(
    builder: FarmBuilder, main: Json, animals: list[Animal], number: int, *, is_submitted: bool
) -> SampleLabelRow:
    email, habit = ANNOTATORS[number], HABITS[number]
    source = seeded_random(main["data_hash"], "annotator", number)
    entry = {**copy.deepcopy(main), "branch_name": f"encord-{label_hash_like(source)}"}
    entry["task_uuid"] = label_hash_like(source)
    labels, _ = builder.opened(entry, email)
    pen = LabelPen(source, email, builder.moment)
    entry["assigned_user_email"] = None if is_submitted else email
    drawing = VideoDrawing(labels, entry, builder.names, pen)
    for animal in animals:
        _see(drawing, animal, habit)
    light = builder.names.question("Barn light")
    half = entry["number_of_frames"] // 2 + 3 * number
    _classify_light(drawing, light, [[0, half]], "Daylight")
    _classify_lamp(drawing, light, [[half + 1, entry["number_of_frames"] - 1]], number)
    count = builder.names.question("Cows in view")
    drawing.classify(
        "Cows in view", [[0, entry["number_of_frames"] - 1]], answered(count, len(labels["object_answers"]))
    )
    _draw_surroundings(drawing, seeded_random(main["data_hash"], "pen"), habit, number)
    row = SampleLabelRow(entry, labels)
    builder.branch_annotators[row.data_hash, row.branch_name] = (email, is_submitted)
    return row


def _classify_light(drawing: VideoDrawing, light: Json, ranges: list[list[int]], label: str) -> None:
    drawing.classify("Barn light", ranges, answered(light, [option_of(light, label)]))


def _classify_lamp(drawing: VideoDrawing, light: Json, ranges: list[list[int]], number: int) -> None:
    """Two annotators see artificial light, from different lamps; the third sees none."""
    if number == 2:
        _classify_light(drawing, light, ranges, "Dark")
        return
    artificial = option_of(light, "Artificial")
    lamp = artificial["options"][0]
    drawing.classify("Barn light", ranges, answered(lamp, [lamp["options"][number]]), answered(light, [artificial]))


def _draw_surroundings(drawing: VideoDrawing, truth: random.Random, habit: Habit, number: int) -> None:
    """A walking cow, her ear tag, where she will lie, and camera problems, of which each annotator ticks others.

    `truth` is the same for all annotators: their joints and outlines are those of one cow and one pen.
    """
    last = drawing.frame_count - 1
    joints = [label_hash_like(truth)[:8] for _ in GAIT_JOINTS]
    motion, corner = Motion.wandering(truth), (truth.uniform(0.3, 0.6), truth.uniform(0.3, 0.6))

    def off(place: tuple[float, float]) -> tuple[float, float]:
        return place[0] + habit.shift[0], place[1] + habit.shift[1]

    drawing.place(
        "Gait", 0, last, lambda frame: gait_skeleton(off(motion.at(frame)), 0.08 * habit.growth, frame / 4, joints), 8
    )
    drawing.place("Ear tag", 0, last, lambda frame: points([off(motion.at(frame))]), 8)
    outline = blob_outline(off(corner), 0.15 * habit.growth, 12, 0.12)
    area = drawing.place("Lying area", 0, last - 10 * number, lambda _: points(outline), 10)
    bedding = drawing.names.attribute("Lying area", "Bedding")
    drawing.answer(area, answered(bedding, bedding["options"][: 1 + number]))
    trouble = drawing.names.question("Camera trouble")
    drawing.classify("Camera trouble", [[5 + number, 14]], answered(trouble, trouble["options"][: 3 - number]))


def _see(drawing: VideoDrawing, animal: Animal, habit: Habit) -> None:
    source, last = drawing.source, drawing.frame_count - 1
    if animal.is_hard_to_see and source.random() < habit.misses:
        return
    is_confused = animal.class_name == "Calf" and source.random() < habit.confusions
    class_name = "Cow" if is_confused else animal.class_name
    first = source.randrange(0, 5)

    def geometry(frame: int) -> dict[str, float]:
        x, y = animal.motion.at(frame)
        centre = x + habit.shift[0] + source.gauss(0, 0.002), y + habit.shift[1] + source.gauss(0, 0.002)
        return box(centre, animal.width * habit.growth, animal.height * habit.growth)

    seen = drawing.place(class_name, first, last - source.randrange(0, 4), geometry)
    names = drawing.names
    if class_name == "Calf":
        age = names.attribute("Calf", "Age")
        drawing.answer(seen, answered(age, [age["options"][source.random() < habit.slips]]))
        return
    _describe(drawing, names, animal, habit, seen)


def _describe(drawing: VideoDrawing, names: OntologyNames, animal: Animal, habit: Habit, cow: str) -> None:
    source, last = drawing.source, drawing.frame_count - 1
    coat, health, posture = (names.attribute("Cow", name) for name in ("Coat", "Health", "Posture"))
    shown = (animal.coat + (source.random() < habit.slips)) % len(coat["options"])
    state = animal.health if source.random() >= habit.slips else "Unwell"
    drawing.answer(cow, answered(coat, [coat["options"][shown]]), answered(health, [option_of(health, state)]))
    turn = last // 2 + source.randrange(-4, 5)
    standing, lying = option_of(posture, "Standing"), option_of(posture, "Lying")
    drawing.act(cow, acted(posture, [standing], [[0, turn]]), acted(posture, [lying], [[turn + 1, last]]))


def _main(builder: FarmBuilder, entry: Json, stage: str, chosen: SampleLabelRow) -> SampleLabelRow:
    if stage == "Consensus annotate":
        return builder.keep(entry, None)
    mark_opened(entry, label_hash_like(builder.source), builder.moment)
    labels = blank_labels(entry)
    if stage == "Complete":
        entry["last_actioned_by_user_email"] = REVIEWER
        labels |= copy.deepcopy({name: chosen.labels[name] for name in LABELS})
    return builder.keep(entry, labels)


def _log(
    builder: FarmBuilder, main: SampleLabelRow, submitted: list[SampleLabelRow], open_ones: list[SampleLabelRow]
) -> None:
    """Who took and handed in which task, and when. The decided video was sent back to its last annotator once."""
    annotate, review = "Consensus annotate", "Consensus review"
    for row in (*submitted, *open_ones):
        email, _ = builder.branch_annotators[row.data_hash, row.branch_name]
        builder.act(row, annotate, "assign", email, _saved(row) - timedelta(hours=1))
    for row in submitted:
        email, _ = builder.branch_annotators[row.data_hash, row.branch_name]
        builder.act(row, annotate, "submit", email, _saved(row) + timedelta(minutes=2))
    if main.metadata["workflow_graph_node"]["title"] == "Complete":
        last, handed_in = submitted[-1], _saved(submitted[-1]) + timedelta(minutes=2)
        email, _ = builder.branch_annotators[last.data_hash, last.branch_name]
        builder.act(main, review, "reject", REVIEWER, handed_in + timedelta(hours=20))
        builder.act(last, annotate, "submit", email, handed_in + timedelta(hours=25))
        builder.act(main, review, "approve", REVIEWER, handed_in + timedelta(hours=32, minutes=30))


def _saved(row: SampleLabelRow) -> datetime:
    return read_time(row.metadata["last_edited_at"])
