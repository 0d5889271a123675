"""The listing of label rows, with all the filters of `project.list_label_rows_v2`."""

import re
from collections.abc import Callable
from typing import Any

from connector.sample.world.clock import read_time
from connector.sample.world.project_state import ProjectState
from connector.sample.world.sample_label_row import SampleLabelRow

Test = Callable[[SampleLabelRow], bool]


class ListingRefusedError(Exception):
    """The filters of a listing contradict each other or cannot be read."""


def list_label_rows(project: ProjectState, payload: dict[str, Any]) -> list[tuple[str, bytes]]:
    """The entries that match the filters, as JSON, each with its label hash (or data hash).

    Raises:
        ListingRefusedError: A branch name together with all branches, or an unreadable time.
    """
    tests = _tests(payload)
    with_client_metadata = bool(payload.get("include_client_metadata"))
    with_images = bool(payload.get("include_images_data"))
    with_workflow = payload.get("include_workflow_graph_node") is not False
    return [
        (
            row.key,
            row.entry_json(
                with_client_metadata=with_client_metadata, with_images=with_images, with_workflow=with_workflow
            ),
        )
        for row in project.rows.values()
        if all(test(row) for test in tests)
    ]


def _tests(payload: dict[str, Any]) -> list[Test]:
    tests: list[Test] = []
    branch = payload.get("branch_name")
    if payload.get("include_all_label_branches"):
        if branch is not None:
            raise ListingRefusedError("branch_name cannot be given with include_all_label_branches")
    else:
        wanted_branch = branch or "main"
        tests.append(lambda row: row.branch_name == wanted_branch)
    if not payload.get("include_uninitialised_labels", True):
        tests.append(lambda row: row.label_hash is not None)
    if payload.get("label_statuses") is not None:
        # The SDK names the status of the annotation task here; projects without workflows know the label's own.
        statuses = frozenset(payload["label_statuses"])
        tests.append(
            lambda row: (
                not statuses.isdisjoint({row.metadata.get("annotation_task_status"), row.metadata.get("label_status")})
            )
        )
    shadow = payload.get("shadow_data_state")
    if shadow in {"SHADOW_DATA", "NOT_SHADOW_DATA"}:
        tests.append(lambda row: bool(row.metadata.get("is_shadow_data")) == (shadow == "SHADOW_DATA"))
    tests += _time_tests(payload)
    for field, name in (
        ("data_hash", "data_hashes"),
        ("label_hash", "label_hashes"),
    ):
        if payload.get(name) is not None:
            tests.append(_is_in(field, frozenset(map(str, payload[name]))))
    for name, read in (("data_title", _data_title), ("workflow_graph_node_title", _stage_title)):
        if payload.get(f"{name}_eq") is not None:
            tests.append(_equals(read, payload[f"{name}_eq"]))
        if payload.get(f"{name}_like") is not None:
            tests.append(_is_like(read, payload[f"{name}_like"]))
    return tests


def _time_tests(payload: dict[str, Any]) -> list[Test]:
    # Both bounds are strict; a row that was never opened has no time, so it is not listed if one is given.
    tests: list[Test] = []
    try:
        after = read_time(payload["edited_after"]) if payload.get("edited_after") else None
        before = read_time(payload["edited_before"]) if payload.get("edited_before") else None
    except ValueError as error:
        raise ListingRefusedError(f"cannot read a time: {error}") from error
    if after is not None or before is not None:
        tests.append(lambda row: row.metadata.get("last_edited_at") is not None)
    if after is not None:
        tests.append(lambda row: read_time(row.metadata["last_edited_at"]) > after)
    if before is not None:
        tests.append(lambda row: read_time(row.metadata["last_edited_at"]) < before)
    return tests


def _data_title(row: SampleLabelRow) -> str:
    return str(row.metadata["data_title"])


def _stage_title(row: SampleLabelRow) -> str:
    return str((row.metadata.get("workflow_graph_node") or {}).get("title", ""))


def _is_in(field: str, wanted: frozenset[str]) -> Test:
    return lambda row: row.metadata.get(field) in wanted


def _equals(read: Callable[[SampleLabelRow], str], wanted: str) -> Test:
    return lambda row: read(row) == wanted


def _is_like(read: Callable[[SampleLabelRow], str], pattern: str) -> Test:
    compiled = like_pattern(pattern)
    return lambda row: compiled.fullmatch(read(row)) is not None


def like_pattern(pattern: str) -> re.Pattern[str]:
    """SQL's LIKE as a regular expression: `%` for any text, `_` for any one character."""
    parts = {"%": ".*", "_": "."}
    return re.compile("".join(parts.get(letter, re.escape(letter)) for letter in pattern), re.DOTALL)
