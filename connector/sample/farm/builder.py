"""What all data units of the sample farm share: ontology, stages, data set, people, and the passing of time."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from connector.sample.farm.farm_ontology import farm_ontology
from connector.sample.farm.ontology_pieces import Json, OntologyNames
from connector.sample.world.clock import START, api_time
from connector.sample.world.data_units import blank_labels, listing_entry, mark_opened
from connector.sample.world.label_pen import LabelPen
from connector.sample.world.randomness import label_hash_like
from connector.sample.world.sample_label_row import SampleLabelRow
from connector.sample.world.workflow_tasks import task_action
from connector.sample.world.world import SampleWorld

ANNOTATORS = ("amelie.fischer@example.com", "jonas.weber@example.com", "priya.nair@example.com")
REVIEWER = "lena.brandt@example.com"
# Kinds of data for which storage has another name than listings.
ITEM_TYPES = {"IMG_GROUP": "imageGroup", "DICOM": "dicomSeries", "PLAIN_TEXT": "plainText"}
STAGES = (
    ("ANNOTATION", "Annotate"),
    ("REVIEW", "Review"),
    ("CONSENSUS_ANNOTATION", "Consensus annotate"),
    ("CONSENSUS_REVIEW", "Consensus review"),
    ("DONE", "Complete"),
)


@dataclass(frozen=True)
class SampleSize:
    """How much there is of what needs space; the other data units are the same at every size."""

    videos: int
    frames: int
    cows: int
    consensus_frames: int


class FarmBuilder:
    """Collects the label rows of a project of the farm, one data unit after another, and serves them at the end."""

    def __init__(
        self,
        world: SampleWorld,
        size: SampleSize,
        source: random.Random,
        stages: Sequence[tuple[str, str]] = STAGES,
        dataset_title: str = "Barn cameras 2025",
    ) -> None:
        self.world = world
        self.size = size
        self.source = source
        self.ontology = farm_ontology(source)
        self.names = OntologyNames(self.ontology)
        self.moment = START - timedelta(days=40)
        self.stages = {
            title: {"stageType": stage_type, "uuid": label_hash_like(source), "title": title}
            for stage_type, title in stages
        }
        self.dataset = {"dataset_hash": label_hash_like(source), "dataset_title": dataset_title}
        self.rows: list[SampleLabelRow] = []
        self.branch_annotators: dict[tuple[str, str], tuple[str, bool]] = {}
        self.task_actions: list[Json] = []
        self.time_spent: list[Json] = []
        self.issues: list[Json] = []
        self.editor_logs: list[Json] = []
        self.roles = {REVIEWER: 0, **dict.fromkeys(ANNOTATORS, 1)}

    def finish(self, title: str, description: str, project_hash: str | None = None) -> SampleWorld:
        """Serve what has been built; the first project that a world serves is its main one.

        Args:
            title: The project's title.
            description: Its description.
            project_hash: Its hash; by default one that follows from the source of all hashes.
        """
        ontology_hash = label_hash_like(self.source)
        project_hash = project_hash or label_hash_like(self.source)
        record = {
            "projectHash": project_hash,
            "projectType": "workflow",
            "status": "inProgress",
            "title": title,
            "description": description,
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
        project.branch_annotators = self.branch_annotators
        for action in sorted(self.task_actions, key=lambda action: action["timestamp"]):
            project.task_actions.append({**action, "projectUuid": project_hash})
        project.time_spent, project.issues = self.time_spent, self.issues
        project.editor_logs = [
            {**log, "projectId": project_hash, "ontologyId": ontology_hash} for log in self.editor_logs
        ]
        project.storage_items = {entry["uuid"]: entry for entry in map(self._storage_item, self.rows)}
        project.users = [{"userEmail": email, "userRole": role} for email, role in self.roles.items()]
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

    def act(self, row: SampleLabelRow, stage: str, action_type: str, email: str, acted_at: datetime) -> None:
        """Note what somebody did with the task of a row while it was in a stage."""
        self.task_actions.append(
            {
                **task_action("", row, action_type, email, acted_at),
                "workflowStageUuid": self.stages[stage]["uuid"],
            }
        )

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

    def _storage_item(self, row: SampleLabelRow) -> Json:
        entry = row.metadata
        created = api_time(START - timedelta(days=59))
        return {
            "uuid": entry["backing_item_uuid"],
            "parent": self.dataset["dataset_hash"],
            "itemType": ITEM_TYPES.get(entry["data_type"], entry["data_type"].lower()),
            "name": entry["data_title"],
            "description": "",
            "clientMetadata": orjson.dumps(entry["client_metadata"] or {}).decode(),
            "owner": REVIEWER,
            "createdAt": created,
            "lastEditedAt": created,
            "backedDataUnitsCount": 1,
            "storageLocation": "encord",
            "integrationHash": None,
            "url": None,
            "signedUrl": None,
            "fileSize": None,
            "mimeType": entry["file_type"],
            "duration": entry["duration"],
            "fps": entry["frames_per_second"],
            "height": entry["height"],
            "width": entry["width"],
            "dicomInstanceUid": None,
            "dicomStudyUid": None,
            "dicomSeriesUid": None,
            "frameCount": entry["number_of_frames"],
            "audioSampleRate": entry["audio_sample_rate"],
            "audioBitDepth": entry["audio_bit_depth"],
            "audioCodec": entry["audio_codec"],
            "audioNumChannels": entry["audio_num_channels"],
        }
