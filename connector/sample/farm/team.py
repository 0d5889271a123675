"""The team goes on labelling and reviewing: a day at a time as a test wants it, or one piece of work after another."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from connector.sample.farm.builder import ANNOTATORS, REVIEWER
from connector.sample.farm.ontology_pieces import Json
from connector.sample.farm.two_weeks import SECOND_REVIEWER, answer_issue, issue_about, resolve_issue
from connector.sample.world.archived import label_blobs
from connector.sample.world.clock import api_time
from connector.sample.world.editable_project import SampleProject
from connector.sample.world.label_pen import answered
from connector.sample.world.randomness import seeded_random
from connector.sample.world.sample_label_row import SampleLabelRow

AMELIE, JONAS, PRIYA = ANNOTATORS
IN_CONSENSUS = "calving-pen-001.mp4"
PICTURE = "pasture-06.jpg"
MORNING, EVENING = time(8), time(17)
_SATURDAY = 5


class Team:
    """Three annotators and two reviewers, whose work follows from nothing but its number."""

    def __init__(self, project: SampleProject, picture: str = PICTURE, reviews_before: int = 0) -> None:
        """Get to work.

        Args:
            project: What they work on; it has stages Annotate, Review and Complete.
            picture: The title of a picture that nobody has opened; new ones are of its kind.
            reviews_before: How many tasks were reviewed already: their number says what a reviewer finds next.
        """
        self._project = project
        self._picture = picture
        self._reviews = reviews_before
        self._turns = 0

    def label(self, day: int) -> None:
        """Each annotator hands in a task: one that is theirs, or a new picture."""
        for place, who in enumerate((AMELIE, JONAS, PRIYA)):
            if (day + place) % 4 == 3:
                continue
            row = self._task_of(who) or self._new_picture(10 + 3 * day + place)
            started = self._project.clock.now
            self._begin(who, row)
            if row.label_hash is None:
                self._project.open_data_unit(row.data_hash)
                self._draw(row, 2 + (day + place) % 3)
            elif row.metadata["data_type"] == "VIDEO":
                self._draw(row, 1)
            else:
                self._project.save_labels(str(row.label_hash))
            self._hand_on(row, "Review", "submit", who, started, to=(None, REVIEWER, None, SECOND_REVIEWER)[day % 4])
        if day == 4:
            self._hand_in_consensus()

    def review(self, day: int) -> None:
        """Each reviewer judges a task; every fourth goes back, in the others that have boxes something is corrected."""
        waiting = self._waiting()
        for who in (REVIEWER, SECOND_REVIEWER) if day % 3 != 2 else (REVIEWER,):
            row = next(row for row in waiting if row.metadata["assigned_user_email"] in {None, who})
            waiting.remove(row)
            self._judge(row, who)

    def go_on(self) -> list[str]:
        """One piece of work of an annotator and one of a reviewer, within working hours. Says what was done."""
        with self._project.lock:
            self._wait_for_working_hours()
            turn, self._turns = self._turns, self._turns + 1
            waiting = self._waiting()
            said = [self._annotate(turn)]
            if turn == 2 and any(who == PRIYA for who, _ in self._project.branch_annotators.values()):
                self._hand_in_consensus()
                said.append(f"{_first_name(PRIYA)} submitted {IN_CONSENSUS} as the last annotator: it awaits review")
            reviewer = (REVIEWER, SECOND_REVIEWER)[turn % 2]
            mine = [row for row in waiting if row.metadata["assigned_user_email"] in {None, reviewer}]
            if mine:
                said.append(self._judge(max(mine, key=lambda row: float(row.metadata["priority"])), reviewer))
        return said

    def _annotate(self, turn: int) -> str:
        who = ANNOTATORS[turn % len(ANNOTATORS)]
        begin = ""
        if (row := self._task_of(who) or self._unopened()) is None:
            row = self._new_picture(10 + len(self._project.rows))
            begin = f"{row.metadata['data_title']} was added; "
        started, title = self._project.clock.now, row.metadata["data_title"]
        self._begin(who, row)
        if row.label_hash is None:
            self._project.open_data_unit(row.data_hash)
            self._draw(row, 2 + turn % 2)
            done = f"opened {title}, drew {2 + turn % 2} objects"
        elif boxes := self._boxes(row):
            self._project.move_box(str(row.label_hash), boxes[0]["objectHash"], x=-0.02, y=0.01)
            self._draw(row, 1)
            done = f"moved a box of {title}, drew another"
        else:
            self._project.save_labels(str(row.label_hash))
            done = f"looked through {title}"
        self._hand_on(row, "Review", "submit", who, started, to=(None, REVIEWER, SECOND_REVIEWER)[turn % 3])
        return f"{begin}{_first_name(who)} {done} and submitted it"

    def _judge(self, row: SampleLabelRow, who: str) -> str:
        started, title = self._project.clock.now, row.metadata["data_title"]
        self._project.person = who
        self._reviews += 1
        if self._reviews % 4 == 0:
            author = row.metadata["last_actioned_by_user_email"]
            self._hand_on(row, "Annotate", "reject", who, started, to=author)
            return f"{_first_name(who)} sent {title} back, with a comment"
        corrected = self._correct(row, boxes) if (boxes := self._boxes(row)) else "found nothing to correct in"
        self._hand_on(row, "Complete", "approve", who, started, to=None)
        return f"{_first_name(who)} {corrected} {title} and approved it"

    def _begin(self, who: str, row: SampleLabelRow) -> None:
        self._project.person = who
        if row.metadata["assigned_user_email"] != who:
            self._project.log_action(row.data_hash, "assign", who)

    def _task_of(self, who: str) -> SampleLabelRow | None:
        return next((row for row in self._to_annotate() if row.metadata["assigned_user_email"] == who), None)

    def _unopened(self) -> SampleLabelRow | None:
        return next((row for row in self._to_annotate() if row.label_hash is None), None)

    def _to_annotate(self) -> list[SampleLabelRow]:
        return self._in_stage("Annotate")

    def _waiting(self) -> list[SampleLabelRow]:
        return self._in_stage("Review")

    def _in_stage(self, title: str) -> list[SampleLabelRow]:
        return [
            row
            for row in self._project.rows.values()
            if row.branch_name == "main" and row.metadata["workflow_graph_node"]["title"] == title
        ]

    def _new_picture(self, number: int) -> SampleLabelRow:
        like = self._project.row_named(self._picture).data_hash
        data_hash = self._project.add_data_unit(like, f"{self._picture.rpartition('-')[0]}-{number}.jpg")
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

    def _correct(self, row: SampleLabelRow, boxes: Sequence[Json]) -> str:
        label_hash, object_hash = str(row.label_hash), boxes[0]["objectHash"]
        match self._reviews % 5:
            case 0:
                self._project.delete_object(label_hash, object_hash)
                return "deleted a cow of"
            case 1:
                calf = self._project.class_named("Calf")
                self._project.reclass_object(label_hash, object_hash, calf["featureNodeHash"])
                return "made a calf of a cow of"
            case 2:
                coat = self._project.class_named("Cow")["attributes"][0]
                self._project.answer_attribute(label_hash, object_hash, answered(coat, [coat["options"][2]]))
                return "corrected the coat of a cow of"
            case _:
                self._project.move_box(label_hash, object_hash, x=0.02, y=0.01)
                return "moved the box of a cow of"

    def _hand_in_consensus(self) -> None:
        row = self._project.row_named(IN_CONSENSUS)
        branch = next(
            branch
            for (data_hash, branch), (who, is_submitted) in self._project.branch_annotators.items()
            if (data_hash, who, is_submitted) == (row.data_hash, PRIYA, False)
        )
        self._project.branch_annotators[row.data_hash, branch] = (PRIYA, True)
        self._project.assign(row.data_hash, None, branch)
        self._hand_on(row, "Consensus review", "submit", PRIYA, self._project.clock.now, to=REVIEWER)

    def _hand_on(
        self, row: SampleLabelRow, stage: str, action: str, who: str, started: datetime, *, to: str | None
    ) -> None:
        """Somebody's task is done: it goes to another stage, and the time spent and the comments are told."""
        was = self._stage(row.metadata["workflow_graph_node"]["title"])
        self._project.move_to_stage(row.data_hash, stage, action_type=action, email=who)
        row.metadata.update(last_actioned_by_user_email=who, assigned_user_email=to)
        row.forget()
        self._comment(row, action, who)
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

    def _comment(self, row: SampleLabelRow, action: str, who: str) -> None:
        """A task that goes back says why, the annotator answers, and who approves closes what was open."""
        at = self._project.clock.now
        open_ones = [
            issue
            for issue in self._project.issues
            if issue["dataUuid"] == row.data_hash and not issue["resolutionHistory"]
        ]
        if action == "reject":
            self._project.issues.append(issue_about(row, who, at, seeded_random("team", row.data_hash, at)))
        for issue in open_ones:
            if action == "submit":
                answer_issue(issue, who, at)
            elif action == "approve":
                resolve_issue(issue, who, at)

    def _stage(self, title: str) -> Json:
        stages: list[Json] = self._project.record["workflow"]["stages"]
        return next(stage for stage in stages if stage["title"] == title)

    def _wait_for_working_hours(self) -> None:
        clock = self._project.clock
        day, hour = clock.now.date(), clock.now.time()
        if day.weekday() < _SATURDAY and MORNING <= hour < EVENING:
            return
        if hour >= EVENING:
            day += timedelta(days=1)
        while day.weekday() >= _SATURDAY:
            day += timedelta(days=1)
        clock.now = max(clock.now, datetime.combine(day, MORNING, UTC))


def _first_name(email: str) -> str:
    return email.partition(".")[0].capitalize()
