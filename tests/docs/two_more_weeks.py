"""The sample project for two weeks more: a team goes on labelling and reviewing, and a sync runs each working day.

Everything happens in the sample's own time: a warehouse looks as if its syncs had run then.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from connector.sample import SampleProject, SampleServer
from connector.sample.farm.builder import ANNOTATORS, REVIEWER
from connector.sample.farm.two_weeks import SECOND_REVIEWER
from connector.sample.world.archived import label_blobs
from connector.sample.world.clock import api_time
from connector.sample.world.label_pen import answered
from connector.sample.world.sample_label_row import SampleLabelRow
from tests.moved_moments import moved_back
from tests.postgres.synced_engines import sync

Json = dict[str, Any]
AMELIE, JONAS, PRIYA = ANNOTATORS
DAYS = [date(2025, 3, day) for day in (3, 4, 5, 6, 7, 10, 11, 12, 13, 14)]
MORNING, NOON, AFTERNOON, EVENING = time(8), time(12), time(13), time(18)
IN_CONSENSUS = "calving-pen-001.mp4"


def work_and_sync(server: SampleServer, urls: Sequence[str], **options: object) -> None:
    """Sync before the two weeks, at noon of each day, between labelling and review, and once at their end."""
    project = server.world.projects[server.world.project_hash]
    team = _Team(project)
    _sync_at(server, urls, **options)
    for number, day in enumerate(DAYS):
        project.clock.now = datetime.combine(day, MORNING, UTC)
        team.label(number)
        project.clock.now = datetime.combine(day, NOON, UTC)
        _sync_at(server, urls, **options)
        project.clock.now = datetime.combine(day, AFTERNOON, UTC)
        team.review(number)
    project.clock.now = datetime.combine(DAYS[-1], EVENING, UTC)
    _sync_at(server, urls, **options)


def _sync_at(server: SampleServer, urls: Sequence[str], **options: object) -> None:
    """Sync, and have every moment that the sync wrote lie in the sample's time."""
    for url in urls:
        started = datetime.now(UTC)
        assert sync(server, url, **options).outcome == "succeeded"
        moved_back(url, started, started - server.world.clock.now)


class _Team:
    """Three annotators and two reviewers, whose days follow from nothing but their number."""

    def __init__(self, project: SampleProject) -> None:
        self._project = project
        self._reviews = 0

    def label(self, day: int) -> None:
        """Each annotator hands in a task: one that is theirs, or a new picture."""
        for place, who in enumerate((AMELIE, JONAS, PRIYA)):
            if (day + place) % 4 == 3:
                continue
            row = self._task_of(who) or self._new_picture(day, place)
            started = self._project.clock.now
            self._project.person = who
            if row.metadata["assigned_user_email"] != who:
                self._project.log_action(row.data_hash, "assign", who)
            if row.label_hash is None:
                self._project.open_data_unit(row.data_hash)
                self._draw(row, 2 + (day + place) % 3)
            elif row.metadata["data_type"] == "VIDEO":
                self._draw(row, 1)
            else:
                self._project.save_labels(str(row.label_hash))
            self._hand_on(row, "Review", "submit", who, started, to=(None, REVIEWER, None, SECOND_REVIEWER)[day % 4])
        if day == 4:
            row = self._project.row_named(IN_CONSENSUS)
            branch = next(
                branch
                for (data_hash, branch), (who, is_submitted) in self._project.branch_annotators.items()
                if (data_hash, who, is_submitted) == (row.data_hash, PRIYA, False)
            )
            self._project.branch_annotators[row.data_hash, branch] = (PRIYA, True)
            self._project.assign(row.data_hash, None, branch)
            self._hand_on(row, "Consensus review", "submit", PRIYA, self._project.clock.now, to=REVIEWER)

    def review(self, day: int) -> None:
        """Each reviewer judges a task; every fourth goes back, in the others that have boxes something is corrected."""
        waiting = [
            row
            for row in self._project.rows.values()
            if row.branch_name == "main" and row.metadata["workflow_graph_node"]["title"] == "Review"
        ]
        for who in (REVIEWER, SECOND_REVIEWER) if day % 3 != 2 else (REVIEWER,):
            row = next(row for row in waiting if row.metadata["assigned_user_email"] in {None, who})
            waiting.remove(row)
            started = self._project.clock.now
            self._project.person = who
            self._reviews += 1
            if self._reviews % 4 == 0:
                author = row.metadata["last_actioned_by_user_email"]
                self._hand_on(row, "Annotate", "reject", who, started, to=author)
            else:
                if boxes := self._boxes(row):
                    self._correct(row, boxes)
                self._hand_on(row, "Complete", "approve", who, started, to=None)

    def _task_of(self, who: str) -> SampleLabelRow | None:
        for row in self._project.rows.values():
            stage = row.metadata["workflow_graph_node"]["title"]
            if (stage, row.metadata["assigned_user_email"], row.branch_name) == ("Annotate", who, "main"):
                return row
        return None

    def _new_picture(self, day: int, place: int) -> SampleLabelRow:
        like = self._project.row_named("pasture-06.jpg").data_hash
        data_hash = self._project.add_data_unit(like, f"pasture-{10 + 3 * day + place}.jpg")
        row = self._project.rows[data_hash, "main"]
        row.metadata["workflow_graph_node"] = {"uuid": self._stage("Annotate")["uuid"], "title": "Annotate"}
        return row

    def _draw(self, row: SampleLabelRow, number: int) -> None:
        for place in range(number):
            item = self._project.class_named(("Cow", "Cow", "Calf")[place % 3])
            box = {"x": 0.05 + 0.2 * place, "y": 0.4, "w": 0.15, "h": 0.2}
            frames = range(5) if row.metadata["data_type"] == "VIDEO" else (0,)
            self._project.add_object(str(row.label_hash), item["featureNodeHash"], dict.fromkeys(frames, box))

    def _boxes(self, row: SampleLabelRow) -> list[Json]:
        drawn = [each for blob in label_blobs(row.labels) for each in blob["objects"] if each["name"] == "Cow"]
        return sorted(drawn, key=lambda each: str(each["objectHash"]))

    def _correct(self, row: SampleLabelRow, boxes: Sequence[Json]) -> None:
        label_hash, object_hash = str(row.label_hash), boxes[0]["objectHash"]
        match self._reviews % 5:
            case 0:
                self._project.delete_object(label_hash, object_hash)
            case 1:
                calf = self._project.class_named("Calf")
                self._project.reclass_object(label_hash, object_hash, calf["featureNodeHash"])
            case 2:
                coat = self._project.class_named("Cow")["attributes"][0]
                self._project.answer_attribute(label_hash, object_hash, answered(coat, [coat["options"][2]]))
            case _:
                self._project.move_box(label_hash, object_hash, x=0.02, y=0.01)

    def _hand_on(
        self, row: SampleLabelRow, stage: str, action: str, who: str, started: datetime, *, to: str | None
    ) -> None:
        """Somebody's task is done: it goes to another stage, and the time spent on it is told."""
        was = self._stage(row.metadata["workflow_graph_node"]["title"])
        self._project.move_to_stage(row.data_hash, stage, action_type=action, email=who)
        row.metadata.update(last_actioned_by_user_email=who, assigned_user_email=to)
        row.forget()
        day = datetime.combine(started.date(), time(0), UTC)
        self._project.time_spent.append(
            {
                "periodStartTime": api_time(day),
                "periodEndTime": api_time(day + timedelta(days=1)),
                "timeSpentSeconds": int((self._project.clock.now - started).total_seconds()),
                "userEmail": who,
                "projectUserRole": 2 if action in {"approve", "reject"} else 1,
                "dataUuid": row.data_hash,
                "dataTitle": row.metadata["data_title"],
                "datasetUuid": row.metadata["dataset_hash"],
                "datasetTitle": row.metadata["dataset_title"],
                "workflowTaskUuid": row.metadata["task_uuid"],
                "workflowStage": was,
            }
        )

    def _stage(self, title: str) -> Json:
        stages: list[Json] = self._project.record["workflow"]["stages"]
        return next(stage for stage in stages if stage["title"] == title)
