"""Edits of tasks and data: listing fields move without `last_edited_at`; rows and data units come and go."""

import copy
from typing import Any

from connector.sample.world.clock import api_time
from connector.sample.world.project_state import ProjectState
from connector.sample.world.randomness import label_hash_like
from connector.sample.world.sample_label_row import SampleLabelRow
from connector.sample.world.workflow_tasks import task_action

Json = dict[str, Any]

_IN_LABEL_ROWS = {"data_title", "dataset_hash", "dataset_title", "label_status"}
"""Fields of the listing that label rows repeat."""


class WorkflowEdits(ProjectState):
    """What happens to tasks, data units and the project itself."""

    def move_to_stage(
        self,
        data_hash: str,
        stage_title: str,
        branch_name: str | None = None,
        *,
        action_type: str = "move",
        email: str | None = None,
    ) -> None:
        """Move a data unit, all its branches or one, to another stage of the workflow.

        Args:
            data_hash: the data unit.
            stage_title: the stage that it is in from now on.
            branch_name: the branch; all of them by default.
            action_type: what somebody did to have it there, such as `submit`, `approve` or `reject`.
            email: who did it; by default who made the project.

        Raises:
            LookupError: The workflow has no such stage, or the project no such row.
        """
        stages = {stage["title"]: stage for stage in self.record["workflow"]["stages"]}
        if stage_title not in stages:
            raise LookupError(f"no stage {stage_title!r}; there are {sorted(stages)}")
        node = {"uuid": stages[stage_title]["uuid"], "title": stage_title}
        self.log_action(data_hash, action_type, email or self.record["creatorEmail"])
        self._change_entries(data_hash, branch_name, {"workflow_graph_node": node})

    def set_priority(self, data_hash: str, priority: float, branch_name: str | None = None) -> None:
        """Give a task another priority, 0 to 1."""
        self._change_entries(data_hash, branch_name, {"priority": priority})

    def assign(self, data_hash: str, email: str | None, branch_name: str | None = None) -> None:
        """Assign a task to somebody, or to nobody."""
        self.log_action(data_hash, "assign" if email else "release", self.record["creatorEmail"])
        self._change_entries(data_hash, branch_name, {"assigned_user_email": email})

    def set_valid(self, data_hash: str, *, is_valid: bool, branch_name: str | None = None) -> None:
        """Set whether Encord's validation finds the labels valid."""
        self._change_entries(data_hash, branch_name, {"is_valid": is_valid})

    def set_status(self, data_hash: str, status: str, branch_name: str | None = None) -> None:
        """Give a label row another label status, such as `LABELLED`."""
        self._change_entries(data_hash, branch_name, {"label_status": status})

    def rename_data_unit(self, data_hash: str, title: str) -> None:
        """Give a data unit another title, on all its branches and in its label rows."""
        self._change_entries(data_hash, None, {"data_title": title})
        with self.lock:
            for row in self._rows_of(data_hash, None):
                if row.label_hash and data_hash in row.labels["data_units"]:
                    row.labels["data_units"][data_hash]["data_title"] = title

    def move_to_dataset(self, data_hash: str, dataset_hash: str, dataset_title: str) -> None:
        """Let a data unit come from another dataset."""
        self._change_entries(data_hash, None, {"dataset_hash": dataset_hash, "dataset_title": dataset_title})

    def describe_data_unit(self, data_hash: str, **fields: object) -> None:
        """Change what the listing says about a data unit, such as its size or its number of frames.

        Raises:
            KeyError: a listing has no such field.
        """
        if unknown := fields.keys() - self._rows_of(data_hash, None)[0].metadata.keys():
            raise KeyError(f"not fields of a listing entry: {sorted(unknown)}")
        self._change_entries(data_hash, None, fields)

    def rename_space(self, data_hash: str, space_id: str, file_name: str) -> None:
        """Give a part of a data group another file name, in the listing and in its label rows.

        Raises:
            KeyError: the data unit has no such part, or it is not a child of a group.
        """
        with self.lock:
            self.clock.tick()
            for row in self._rows_of(data_hash, None):
                for holder in (row.metadata, row.labels) if row.label_hash else (row.metadata,):
                    holder["spaces"][space_id]["child_info"]["file_name"] = file_name
                row.forget()

    def rename_branch(self, data_hash: str, branch_name: str, new_name: str) -> None:
        """Give a branch of a data unit another name; its label row stays the same.

        Raises:
            KeyError: the data unit has no such branch.
            ValueError: it has a branch of the new name already.
        """
        with self.lock:
            if (data_hash, new_name) in self.rows:
                raise ValueError(f"data unit {data_hash} has a branch {new_name} already")
            self.clock.tick()
            row = self.rows[data_hash, branch_name]
            row.metadata["branch_name"] = new_name
            if row.label_hash:
                row.labels["branch_name"] = new_name
            row.forget()
            self.rows = {(each.data_hash, each.branch_name): each for each in self.rows.values()}
            if annotator := self.branch_annotators.pop((data_hash, branch_name), None):
                self.branch_annotators[data_hash, new_name] = annotator

    def rename_stage(self, title: str, new_title: str) -> None:
        """Give a stage of the workflow another title, in the listing as well.

        Raises:
            LookupError: the workflow has no such stage.
        """
        with self.lock:
            stage = next((each for each in self.record["workflow"]["stages"] if each["title"] == title), None)
            if stage is None:
                raise LookupError(f"no stage {title!r}")
            self.clock.tick()
            stage["title"] = new_title
            for row in self.rows.values():
                node = row.metadata.get("workflow_graph_node")
                if node and node["uuid"] == stage["uuid"]:
                    row.metadata["workflow_graph_node"] = {**node, "title": new_title}
                    row.forget()

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
        """Remove a data unit from the project, with all its branches; returns how many rows it had.

        Raises:
            LookupError: There is no such data unit.
        """
        with self.lock:
            self.clock.tick()
            rows = self._rows_of(data_hash, None)
            for row in rows:
                self.remove(row)
        return len(rows)

    def restore(self, row: SampleLabelRow) -> None:
        """Restore a deleted label row as it was, with its times.

        Raises:
            ValueError: its data unit has a branch of that name again.
        """
        with self.lock:
            if (row.data_hash, row.branch_name) in self.rows:
                raise ValueError(f"data unit {row.data_hash} has a branch {row.branch_name} already")
            self.clock.tick()
            self.rows[row.data_hash, row.branch_name] = row
            self.index(row)

    def add_data_unit(self, like_data_hash: str, title: str) -> str:
        """Add a data unit of the same kind as another, never opened; returns its data hash.

        Raises:
            KeyError: There is no such data unit to copy from.
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

    def log_action(self, data_hash: str, action_type: str, email: str) -> None:
        """Record what was done with the task of a data unit, in its stage before anything changes."""
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
                if row.label_hash:
                    row.labels.update({name: fields[name] for name in _IN_LABEL_ROWS & fields.keys()})
                row.forget()

    def _rows_of(self, data_hash: str, branch_name: str | None) -> list[SampleLabelRow]:
        rows = [row for (data, branch), row in self.rows.items() if data == data_hash and branch_name in {None, branch}]
        if not rows:
            raise LookupError(f"no data unit {data_hash} (branch {branch_name}) in project {self.project_hash}")
        return rows
