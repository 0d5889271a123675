"""The sample project: a dairy herd, labelled by a small team; the same for the same seed and size."""

import random
from dataclasses import dataclass
from datetime import timedelta

from connector.sample.clock import START, api_time
from connector.sample.data_units import blank_labels, listing_entry, mark_opened
from connector.sample.drawing import LabelPen
from connector.sample.farm_ontology import farm_ontology
from connector.sample.label_row import SampleLabelRow
from connector.sample.ontology_pieces import Json, OntologyNames
from connector.sample.randomness import label_hash_like, seeded_random
from connector.sample.videos import VideoDrawing
from connector.sample.world import SampleWorld

ANNOTATORS = ("amelie.fischer@example.com", "jonas.weber@example.com", "priya.nair@example.com")
REVIEWER = "lena.brandt@example.com"


@dataclass(frozen=True)
class SampleSize:
    """How much there is of what takes room; the other data units are the same at every size."""

    videos: int
    frames: int
    cows: int
    consensus_frames: int


SIZES = {
    "small": SampleSize(videos=5, frames=100, cows=5, consensus_frames=60),
    "medium": SampleSize(videos=20, frames=250, cows=7, consensus_frames=120),
    "large": SampleSize(videos=60, frames=500, cows=7, consensus_frames=240),
}


def build_sample_world(size: str = "small", seed: object = 7) -> SampleWorld:
    """A world with the dairy project, of about 5,000 (small), 50,000 (medium) or 300,000 (large) annotations.

    Raises:
        KeyError: No such size.
    """
    world = SampleWorld(seed)
    builder = FarmBuilder(world, SIZES[size], seeded_random(seed, "farm"))
    return builder.build()


class FarmBuilder:
    """Puts the dairy project together, row after row."""

    def __init__(self, world: SampleWorld, size: SampleSize, source: random.Random) -> None:
        self.world = world
        self.size = size
        self.source = source
        self.ontology = farm_ontology(source)
        self.names = OntologyNames(self.ontology)
        self.moment = START - timedelta(days=40)
        self.stages = {
            title: {"stageType": stage_type, "uuid": label_hash_like(source), "title": title}
            for stage_type, title in (("ANNOTATION", "Annotate"), ("REVIEW", "Review"), ("DONE", "Complete"))
        }
        self.dataset = {"dataset_hash": label_hash_like(source), "dataset_title": "Barn cameras 2025"}
        self.rows: list[SampleLabelRow] = []

    def build(self) -> SampleWorld:
        """Make all rows and serve them."""
        for number in range(1, self.size.videos + 1):
            self._barn_video(number)
        self._unopened_video()
        ontology_hash = label_hash_like(self.source)
        record = {
            "projectHash": label_hash_like(self.source),
            "projectType": "workflow",
            "status": "inProgress",
            "title": "Meadowbrook dairy herd",
            "description": "Behaviour and health of a dairy herd, from barn cameras, ultrasound, sound and notes",
            "createdAt": api_time(START - timedelta(days=60)),
            "creatorEmail": REVIEWER,
            "lastEditedAt": api_time(START - timedelta(days=2)),
            "ontologyHash": ontology_hash,
            "userRole": 5,
            "workflow": {"stages": list(self.stages.values())},
        }
        ontology = {
            "ontologyUuid": ontology_hash,
            "title": "Dairy herd",
            "description": "Cows, calves, people and what surrounds them",
            "editor": self.ontology,
            "createdAt": api_time(START - timedelta(days=60)),
            "lastEditedAt": api_time(START - timedelta(days=45)),
            "userRole": 0,
        }
        project = self.world.add_project(record, ontology, self.rows)
        roles = {REVIEWER: 0, **dict.fromkeys(ANNOTATORS, 1)}
        project.users = [{"userEmail": email, "userRole": role} for email, role in roles.items()]
        self.world.project_hash = project.project_hash
        return self.world

    def new_entry(
        self, title: str, data_type: str, file_type: str | None, stage: str = "Annotate", **known: object
    ) -> Json:
        """The listing entry of one more data unit, not opened yet."""
        node = {"uuid": self.stages[stage]["uuid"], "title": stage}
        return listing_entry(
            self.source, title, data_type, file_type, workflow_graph_node=node, **self.dataset, **known
        )

    def opened(self, entry: Json, email: str) -> tuple[Json, LabelPen]:
        """Open a data unit: its blank label row, and the pen of whoever opened it."""
        self.moment += timedelta(hours=self.source.randint(2, 9), seconds=self.source.randrange(3600))
        mark_opened(
            entry, label_hash_like(self.source), self.moment + timedelta(microseconds=self.source.randrange(10**6))
        )
        entry["last_actioned_by_user_email"] = email
        return blank_labels(entry), LabelPen(self.source, email, self.moment)

    def keep(self, entry: Json, labels: Json | None) -> SampleLabelRow:
        """Add a finished row to the project."""
        row = SampleLabelRow(entry, labels)
        row.pack()
        self.rows.append(row)
        return row

    def _barn_video(self, number: int) -> None:
        camera = ("north", "east", "parlour", "yard")[number % 4]
        stage = ("Complete", "Review", "Annotate")[number % 3]
        entry = self.video_entry(f"barn-{camera}-{number:03d}.mp4", self.size.frames, stage)
        labels, pen = self.opened(entry, ANNOTATORS[number % 3])
        drawing = VideoDrawing(labels, entry, self.names, pen)
        for cow in range(1, self.size.cows + 1):
            drawing.cow(cow)
        drawing.surroundings()
        self.keep(entry, labels)

    def video_entry(self, title: str, frames: int, stage: str) -> Json:
        """The listing entry of a full-HD video at 25 frames a second."""
        return self.new_entry(
            title,
            "video",
            "video/mp4",
            stage,
            width=1920,
            height=1080,
            frames_per_second=25.0,
            number_of_frames=frames,
            duration=frames / 25,
            client_metadata={"camera": title.split("-")[1], "season": "spring"},
        )

    def _unopened_video(self) -> None:
        self.keep(self.video_entry("barn-north-night.mp4", self.size.frames, "Annotate"), None)
