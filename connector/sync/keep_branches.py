"""Keeps whose branch is whose: reads the tasks of a project's consensus stages in which something moved."""

import datetime

import pyarrow as pa

from connector.errors import ConnectorError, ErrorKind
from connector.load import ARROW_SCHEMAS, Warehouse
from connector.normalise.listing.branch_tasks import consensus_branches, consensus_stages
from connector.runs.receipt import Receipt
from connector.runs.report import Report
from connector.source.source import Source

_ENDS_THE_PROJECT = {ErrorKind.INTERRUPTED, ErrorKind.WRITE_REFUSED}
"""Any other trouble with the tasks leaves the labels as good as they were."""


def keep_consensus_tasks(
    source: Source,
    warehouse: Warehouse,
    workflow_stages: pa.Table,
    label_rows: pa.Table,
    receipt: Receipt,
    report: Report,
) -> None:
    """Read the tasks of the consensus stages whose label rows moved since they were last read, and keep the branches.

    A project without consensus stages costs no request, nor does one in which nothing moved in them. Tasks that cannot
    be read are reported and noted on the receipt, and the next run asks for them again.

    Args:
        source: Encord.
        warehouse: where the branches are kept.
        workflow_stages: table workflow_stage of the project.
        label_rows: table label_row as listed.
        receipt: of the project.
        report: of the run.

    Raises:
        ConnectorError: INTERRUPTED; WAREHOUSE, if the branches could not be written.
    """
    stages = consensus_stages(workflow_stages, label_rows)
    if not stages:
        return
    project_hash = receipt.project_hash
    read = warehouse.consensus_stages_read(project_hash)
    for stage in stages:
        if read.get(stage.stage_uuid) == stage.listing_digest:
            continue
        try:
            tasks = source.stage_tasks(project_hash, stage.stage_uuid)
        except ConnectorError as error:
            if error.kind in _ENDS_THE_PROJECT:
                raise
            receipt.notes.append(f"consensus tasks not read ({error.kind.value})")
            report.event(
                "consensus_tasks_unread",
                f"{error} The labels are synced all the same; consensus_tasks = false stops asking.",
                level="warning",
                project_hash=project_hash,
                stage_uuid=stage.stage_uuid,
                kind=error.kind.value,
            )
            continue
        now = datetime.datetime.now(datetime.UTC)
        named = consensus_branches(project_hash, stage, tasks, now, ARROW_SCHEMAS["consensus_task_branch"])
        branches = receipt.share.rows_of(named)
        warehouse.keep_consensus_branches(project_hash, stage.stage_uuid, stage.listing_digest, branches, now)
