"""Edits of tasks and data: listing fields move without `last_edited_at`; rows and data units come and go."""

import copy
from typing import Any

from connector.sample.clock import api_time
from connector.sample.label_row import SampleLabelRow
from connector.sample.project import ProjectState
from connector.sample.randomness import label_hash_like
from connector.sample.tasks import task_action

Json = dict[str, Any]


class WorkflowEdits(ProjectState):
    """What happens to tasks, data units and the project itself."""

    def move_to_stage(self, data_hash: str, stage_title: str, branch_name: str | None = None) -> None:
        """Move a data unit, all its branches or one, to another stage of the workflow.

        Raises:
            LookupError: The workflow has no such stage, or the project no such row.
        """
        stages = {stage["title"]: stage for stage in self.record["workflow"]["stages"]}
        if stage_title not in stages:
            raise LookupError(f"no stage {stage_title!r}; there are {sorted(stages)}")
        node = {"uuid": stages[stage_title]["uuid"], "title": stage_title}
        self._log(data_hash, "move", self.record["creatorEmail"])
        self._change_entries(data_hash, branch_name, {"workflow_graph_node": node})

    def set_priority(self, data_hash: str, priority: float, branch_name: str | None = None) -> None:
        """Give a task another priority, 0 to 1."""
        self._change_entries(data_hash, branch_name, {"priority": priority})

    def assign(self, data_hash: str, email: str | None, branch_name: str | None = None) -> None:
        """Assign a task to somebody, or to nobody."""
        self._log(data_hash, "assign" if email else "release", self.record["creatorEmail"])
        self._change_entries(data_hash, branch_name, {"assigned_user_email": email})

    def set_valid(self, data_hash: str, *, is_valid: bool, branch_name: str | None = None) -> None:
        """Let Encord's validation find the labels good or bad."""
        self._change_entries(data_hash, branch_name, {"is_valid": is_valid})

    def rename_data_unit(self, data_hash: str, title: str) -> None:
        """Give a data unit another title, on all its branches."""
        self._change_entries(data_hash, None, {"data_title": title})

    def rename_project(self, title: str) -> None:
        """Give the project another title."""
        with self.lock:
            self.record["title"] = title
            self.record["lastEditedAt"] = api_time(self.clock.tick())

    def delete_label_row(self, label_hash: str) -> None:
        """Delete one branch of a data unit: it is absent from the next listing.

        Raises:
            KeyError: There is no such label row.
        """
        with self.lock:
            self.clock.tick()
            self.remove(self.row(label_hash))

    def delete_data_unit(self, data_hash: str) -> int:
        """Take a data unit out of the project, with all branches; returns how many rows went.

        Raises:
            LookupError: There is no such data unit.
        """
        with self.lock:
            self.clock.tick()
            rows = self._rows_of(data_hash, None)
            for row in rows:
                self.remove(row)
        return len(rows)

    def add_data_unit(self, like_data_hash: str, title: str) -> str:
        """Add a data unit of the same kind as another, never opened; returns its data hash.

        Raises:
            KeyError: There is no data unit to take after.
        """
        with self.lock:
            self.clock.tick()
            data_hash = label_hash_like(self.random)
            metadata = copy.deepcopy(self.rows[like_data_hash, "main"].metadata)
            metadata |= {
                "data_hash": data_hash,
                "data_title": title,
                "label_hash": None,
                "created_at": None,
                "last_edited_at": None,
                "label_status": "NOT_LABELLED",
                "task_uuid": label_hash_like(self.random),
                "backing_item_uuid": label_hash_like(self.random),
                "assigned_user_email": None,
                "last_actioned_by_user_email": None,
            }
            self.rows[data_hash, "main"] = SampleLabelRow(metadata, None)
        return data_hash

    def _log(self, data_hash: str, action_type: str, email: str) -> None:
        """Note what was done with the task of a data unit, in the stage that it is in before anything changes."""
        row = self._rows_of(data_hash, "main")[0]
        if row.metadata.get("workflow_graph_node"):
            with self.lock:
                self.task_actions.append(
                    task_action(self.project_hash, row, action_type, email, self.clock.now + self.clock.step)
                )

    def _change_entries(self, data_hash: str, branch_name: str | None, fields: Json) -> None:
        with self.lock:
            self.clock.tick()
            for row in self._rows_of(data_hash, branch_name):
                row.metadata.update(fields)
                if row.label_hash and "data_title" in fields:
                    row.labels["data_title"] = fields["data_title"]
                row.forget()

    def _rows_of(self, data_hash: str, branch_name: str | None) -> list[SampleLabelRow]:
        rows = [row for (data, branch), row in self.rows.items() if data == data_hash and branch_name in {None, branch}]
        if not rows:
            raise LookupError(f"no data unit {data_hash} (branch {branch_name}) in project {self.project_hash}")
        return rows
