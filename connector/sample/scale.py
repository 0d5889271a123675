"""Many label rows for benches: as many, as long and of the shape one likes, cheap to make and to serve.

Rows are written from a few templates with random coordinates; what differs from row to row (hashes, title, times) is
put in when a row is asked for. Only rows that are edited become dicts.
"""

import datetime
import random
from dataclasses import dataclass
from typing import Any

import orjson

from connector.sample.clock import api_time, listing_time
from connector.sample.data_units import listing_entry, mark_opened
from connector.sample.editable_project import SampleProject
from connector.sample.farm_ontology import farm_ontology
from connector.sample.label_row import SampleLabelRow
from connector.sample.ontology_pieces import Json, OntologyNames
from connector.sample.randomness import label_hash_like, seeded_random
from connector.sample.scale_drawing import ScaleDrawing
from connector.sample.world import SampleWorld

LABEL_MARK, DATA_MARK, TASK_MARK, ITEM_MARK = (f"{letter}0000000-0000-4000-8000-000000000000" for letter in "abcd")
NUMBER_MARK = "@@@@"
START = datetime.datetime(2025, 1, 6, 8, 0, 0, 250_001, tzinfo=datetime.UTC)
TIME_MARK = listing_time(START)


@dataclass(frozen=True)
class Scale:
    """What to make.

    Attributes:
        rows: Number of label rows.
        annotations: Object annotations a row.
        shapes: Shapes of the objects, in turn: bounding_box, polygon, skeleton, bitmask, …
        objects: Objects a row; each is on annotations / objects frames. One frame makes it an image, more a video.
        polygon_points: Corners of polygons and polylines.
        with_answers: Whether boxes carry a static radio and text, and a dynamic radio.
        unopened_share: The part of the rows that nobody has opened.
        templates: How many rows differ in their coordinates.
    """

    rows: int
    annotations: int
    shapes: tuple[str, ...] = ("bounding_box",)
    objects: int = 10
    polygon_points: int = 30
    with_answers: bool = True
    unopened_share: float = 0.0
    templates: int = 16


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
    stage = {"stageType": "ANNOTATION", "uuid": label_hash_like(source), "title": "Annotate"}
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
    template = RowTemplate(entry, OntologyNames(editor), scale, source)
    opened_until = round(scale.rows * (1 - scale.unopened_share))
    rows = [ScaleLabelRow(template, number, is_opened=number < opened_until) for number in range(scale.rows)]
    return world.add_project(record, ontology, rows)


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
    """The JSON of listing entry and labels, with marks where rows differ."""

    def __init__(self, entry: Json, names: OntologyNames, scale: Scale, source: random.Random) -> None:
        self.entry = entry
        self.entry_json = orjson.dumps(entry)
        unopened = {**entry, "label_hash": None, "created_at": None, "last_edited_at": None}
        self.unopened_json = orjson.dumps({**unopened, "label_status": "NOT_LABELLED"})
        drawing = ScaleDrawing(names, source, NUMBER_MARK, scale.polygon_points)
        self.labels_json = [
            orjson.dumps(
                drawing.labels(entry, scale.shapes, scale.objects, scale.annotations, with_answers=scale.with_answers)
            )
            for _ in range(min(scale.templates, scale.rows))
        ]


class ScaleLabelRow(SampleLabelRow):
    """A row that exists as its number until it is edited."""

    def __init__(self, template: RowTemplate, number: int, *, is_opened: bool) -> None:
        super().__init__({}, None)
        self._template = template
        self._number = number
        self._is_opened = is_opened
        self._label_hash = _numbered(LABEL_MARK, number) if is_opened else None
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
        """The branch: main."""
        return "main"

    @property
    def labels(self) -> dict[str, Any]:
        """The label-row dict; reading it makes a dict of it, which is kept."""
        if self._labels is None and self._is_opened:
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
        if self._labels is None and self._is_opened and not hidden:
            return self._written()
        return super().labels_json(hidden)

    def _entry(self) -> bytes:
        return self._filled(self._template.entry_json if self._is_opened else self._template.unopened_json)

    def _written(self) -> bytes:
        templates = self._template.labels_json
        return self._filled(templates[self._number % len(templates)])

    def _filled(self, template: bytes) -> bytes:
        edited = listing_time(START + datetime.timedelta(seconds=self._number))
        for mark in (LABEL_MARK, DATA_MARK, TASK_MARK, ITEM_MARK):
            template = template.replace(mark.encode(), _numbered(mark, self._number).encode())
        return template.replace(TIME_MARK.encode(), edited.encode()).replace(
            NUMBER_MARK.encode(), _four_letters(self._number)
        )


def _numbered(mark: str, number: int) -> str:
    return f"{mark[:-12]}{number:012x}"


def _four_letters(number: int) -> bytes:
    alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/"
    return bytes(alphabet[number >> shift & 63] for shift in (18, 12, 6, 0))
