"""Many label rows for benches: as many, as long and of the shape one likes, cheap to make and to serve.

Rows are written from a few templates with random coordinates; what differs from row to row (hashes, title, times) is
put in when a row is asked for. Only rows that are edited become dicts. With branches, a data unit has a label row a
consensus branch, drawn by somebody who sees it a little differently, and a main that nobody has opened.
"""

import copy
import datetime
import random
from dataclasses import dataclass, field
from typing import Any

import orjson

from bench.large_worlds.classifying import classified_by
from bench.large_worlds.drawing import ScaleDrawing, seen_by_another
from bench.large_worlds.marked_text import MarkedText
from connector.sample.farm.farm_ontology import farm_ontology
from connector.sample.farm.ontology_pieces import Json, OntologyNames
from connector.sample.world.clock import api_time, label_time, listing_time
from connector.sample.world.data_units import listing_entry, mark_opened
from connector.sample.world.editable_project import SampleProject
from connector.sample.world.randomness import label_hash_like, seeded_random
from connector.sample.world.sample_label_row import SampleLabelRow
from connector.sample.world.world import SampleWorld

LABEL_MARK, DATA_MARK, TASK_MARK, ITEM_MARK = (f"{letter}0000000-0000-4000-8000-000000000000" for letter in "abcd")
NUMBER_MARK, OBJECT_MARK = "@@@@", "####"
MOST_BRANCHES = 9
START = datetime.datetime(2025, 1, 6, 8, 0, 0, 250_001, tzinfo=datetime.UTC)
SINCE_LAST_EDIT = datetime.timedelta(minutes=6)
"""Between the last edits of two rows; a sync looks again at rows edited within 5 minutes of the newest edit."""
TIME_MARK, LABEL_TIME_MARK = listing_time(START), label_time(START)
_SCATTERING = 0x9E3779B1
"""Odd, so that 32 bits of a number times this are another number's for no other: Fibonacci hashing."""
_HASH_MARKS = (LABEL_MARK, DATA_MARK, TASK_MARK, ITEM_MARK)
_MARKS = tuple(mark.encode() for mark in (*_HASH_MARKS, TIME_MARK, LABEL_TIME_MARK, NUMBER_MARK, OBJECT_MARK))


@dataclass(frozen=True)
class Scale:
    """What to make.

    Attributes:
        rows: Number of label rows; with branches, of data units.
        annotations: Object annotations per row.
        shapes: Shapes of the objects, in turn: bounding_box, polygon, skeleton, bitmask, …
        objects: Objects per row; each is on annotations / objects frames. One frame makes it an image, more a video.
        polygon_points: Corners of polygons and polylines.
        with_answers: Whether boxes carry a static radio and text, and a dynamic radio.
        dynamic_frames: The dynamic radio changes every so many frames; 0: once, half-way.
        branches: Consensus branches a data unit; 0: none, its labels are on main.
        unopened_share: The part of the rows that nobody has opened.
        templates: How many rows differ in their coordinates.
        with_classifications: Whether each consensus branch also classifies its video: four instances.
    """

    rows: int
    annotations: int
    shapes: tuple[str, ...] = ("bounding_box",)
    objects: int = 10
    polygon_points: int = 30
    with_answers: bool = True
    dynamic_frames: int = 0
    branches: int = 0
    unopened_share: float = 0.0
    templates: int = 16
    with_classifications: bool = field(default=False, repr=False)  # the same objects with and without: repr is a seed


def build_scale_world(scale: Scale, seed: object = 7) -> SampleWorld:
    """A world with one project of that many rows.

    Raises:
        KeyError: A shape that is not made here.
    """
    world = SampleWorld(seed)
    project = add_scale_project(world, scale, seed)
    world.project_hash = project.project_hash
    return world


def add_scale_project(world: SampleWorld, scale: Scale, seed: object = 7) -> SampleProject:
    """Add such a project to a world."""
    source = seeded_random(seed, "scale", scale)
    editor = farm_ontology(source)
    project_hash, ontology_hash = label_hash_like(source), label_hash_like(source)
    stage_type, title = ("CONSENSUS_REVIEW", "Consensus review") if scale.branches else ("ANNOTATION", "Annotate")
    stage = {"stageType": stage_type, "uuid": label_hash_like(source), "title": title}
    record = {
        "projectHash": project_hash,
        "projectType": "workflow",
        "status": "inProgress",
        "title": f"{scale.rows} label rows of {scale.annotations} annotations",
        "description": "generated to measure speed",
        "createdAt": api_time(START),
        "creatorEmail": "lena.brandt@example.com",
        "lastEditedAt": api_time(START),
        "ontologyHash": ontology_hash,
        "userRole": 5,
        "workflow": {"stages": [stage]},
    }
    ontology = {
        "ontologyUuid": ontology_hash,
        "title": "Dairy herd",
        "description": "",
        "editor": editor,
        "createdAt": api_time(START),
        "lastEditedAt": api_time(START),
        "userRole": 0,
    }
    entry = _template_entry(source, scale, {"uuid": stage["uuid"], "title": stage["title"]})
    templates = RowTemplate(entry, OntologyNames(editor), scale, source).of_branches(scale.branches)
    opened_until = round(scale.rows * (1 - scale.unopened_share))
    rows = [
        ScaleLabelRow(template, number, place, is_opened=number < opened_until and (place > 0 or not scale.branches))
        for number in range(scale.rows)
        for place, template in enumerate(templates)
    ]
    project = world.add_project(record, ontology, rows)
    for row in rows:
        if row.branch_name != "main":
            project.branch_annotators[row.data_hash, row.branch_name] = f"{row.branch_name}@example.com", True
    return project


def _template_entry(source: random.Random, scale: Scale, node: Json) -> Json:
    frames = max(1, -(-scale.annotations // scale.objects))
    is_video = frames > 1
    entry = listing_entry(
        source,
        f"recording-{NUMBER_MARK}",
        "video" if is_video else "image",
        "video/mp4" if is_video else "image/jpeg",
        workflow_graph_node=node,
        dataset_hash=label_hash_like(source),
        dataset_title="Recordings",
        width=1920,
        height=1080,
        number_of_frames=frames,
        frames_per_second=25.0 if is_video else None,
        duration=frames / 25 if is_video else None,
        data_hash=DATA_MARK,
        task_uuid=TASK_MARK,
        backing_item_uuid=ITEM_MARK,
        data_link=f"https://storage.example.com/{DATA_MARK}",
    )
    mark_opened(entry, LABEL_MARK, START)
    return entry


class RowTemplate:
    """The JSON of listing entry and labels of one branch, with marks where rows differ."""

    def __init__(self, entry: Json, names: OntologyNames, scale: Scale, source: random.Random) -> None:
        drawing = ScaleDrawing(names, source, OBJECT_MARK, scale.polygon_points, scale.dynamic_frames)
        drawn = [
            drawing.labels(entry, scale.shapes, scale.objects, scale.annotations, with_answers=scale.with_answers)
            for _ in range(min(scale.templates, scale.rows))
        ]
        self._names = names if scale.with_classifications else None
        self._take(entry, [orjson.dumps(labels) for labels in drawn])

    def _take(self, entry: Json, labels_json: list[bytes]) -> None:
        self.branch_name = str(entry["branch_name"])
        self.entry_json = orjson.dumps(entry)
        self.labels_json = labels_json
        unopened = {**entry, "label_hash": None, "created_at": None, "last_edited_at": None}
        self.unopened = MarkedText(orjson.dumps({**unopened, "label_status": "NOT_LABELLED"}), _MARKS)
        self.entry = MarkedText(self.entry_json, _MARKS)
        self.labels = [MarkedText(text, _MARKS) for text in labels_json]

    def of_branches(self, branches: int) -> "list[RowTemplate]":
        """This template for main, and one a consensus branch, where the same things are drawn a little differently.

        Raises:
            ValueError: More than 9 branches.
        """
        if branches > MOST_BRANCHES:
            raise ValueError(f"at most {MOST_BRANCHES} branches, not {branches}")
        templates = [self]
        for number in range(1, branches + 1):
            template = copy.copy(self)
            entry = {**orjson.loads(self.entry_json), "branch_name": f"encord-annotator-{number}"}
            source = seeded_random("branch", number)
            seen = [seen_by_another(orjson.loads(labels), entry["branch_name"], source) for labels in self.labels_json]
            if self._names is not None:
                frames = int(entry["number_of_frames"])
                seen = [classified_by(labels, self._names, number, frames, OBJECT_MARK) for labels in seen]
            template._take(entry, [orjson.dumps(labels) for labels in seen])
            templates.append(template)
        return templates


class ScaleLabelRow(SampleLabelRow):
    """A row that exists as its number until it is edited."""

    def __init__(self, template: RowTemplate, number: int, place: int, *, is_opened: bool) -> None:
        """Makes the row.

        Args:
            template: of its branch.
            number: of its data unit.
            place: of its branch among the branches of a data unit; keeps label hashes apart.
            is_opened: whether it has labels.
        """
        super().__init__({}, None)
        self._template = template
        self._number = number
        self._place = place
        self._is_opened = is_opened
        self._own_mark = _numbered(f"{place:x}{LABEL_MARK[1:]}" if place else LABEL_MARK, number)
        self._label_hash = self._own_mark if is_opened else None
        self._data_hash = _numbered(DATA_MARK, number)

    @property
    def metadata(self) -> dict[str, Any]:
        """The listing entry; reading it makes a dict of it, which is kept."""
        if not self._metadata:
            self._metadata = orjson.loads(self._entry())
        return self._metadata

    @property
    def label_hash(self) -> str | None:
        """The label hash, without making the entry."""
        return self._metadata["label_hash"] if self._metadata else self._label_hash

    @property
    def data_hash(self) -> str:
        """The data hash, without making the entry."""
        return self._data_hash

    @property
    def branch_name(self) -> str:
        """The branch."""
        return self._template.branch_name

    @property
    def labels(self) -> dict[str, Any]:
        """The label-row dict; reading it makes a dict of it, which is kept."""
        if self._labels is None and self._packed is None and self._is_opened:
            self._labels = orjson.loads(self._written())
        return super().labels

    def entry_json(self, *, with_client_metadata: bool, with_images: bool, with_workflow: bool) -> bytes:
        """The listing entry as JSON."""
        if self._metadata or not with_workflow:
            return super().entry_json(
                with_client_metadata=with_client_metadata, with_images=with_images, with_workflow=with_workflow
            )
        return self._entry()

    def labels_json(self, hidden: frozenset[str]) -> bytes:
        """The label-row dict as JSON, written anew each time unless the row was edited."""
        if self._labels is None and self._packed is None and self._is_opened and not hidden:
            return self._written()
        return super().labels_json(hidden)

    def _entry(self) -> bytes:
        return self._filled(self._template.entry if self._is_opened else self._template.unopened)

    def _written(self) -> bytes:
        templates = self._template.labels
        return self._filled(templates[self._number % len(templates)])

    def _filled(self, template: MarkedText) -> bytes:
        edited = START - self._number * SINCE_LAST_EDIT
        values = (
            self._own_mark,
            *(_numbered(mark, self._number) for mark in (DATA_MARK, TASK_MARK, ITEM_MARK)),
            # Listing and labels name the same time, each in its own form: labels older than listed are fetched again.
            listing_time(edited),
            label_time(edited),
            _four_letters(self._number),
            _four_letters(self._number + (self._place << 20)),
        )
        return template.filled(dict(zip(_MARKS, (value.encode() for value in values), strict=True)))


def _numbered(mark: str, number: int) -> str:
    """A hash of its own for a number, which like Encord's says nothing of the order in which they were made."""
    scattered = number * _SCATTERING % (1 << 32)
    return f"{scattered:08x}-0000-4000-8{mark[0]}00-{number:012x}"


def _four_letters(number: int) -> str:
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/"
    return "".join(alphabet[number >> shift & 63] for shift in (18, 12, 6, 0))
