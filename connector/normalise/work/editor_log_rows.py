"""What was done in the label editor → rows of editor_log."""

from connector.normalise.work.work_entries import Entry, Rows


def editor_log_rows(project_hash: str, log: Entry) -> Rows:
    """One row; what is about an object or a classification says about which."""
    yield (
        "editor_log",
        (
            log.id("id"),
            project_hash,
            log.id("dataUnitId"),
            log.text_or_none("branchName"),
            log.id_or_none("workflowTaskId"),
            log.id_or_none("workflowStageId"),
            log.text("action"),
            log.text_or_none("actionCategory"),
            log.text_or_none("actorUserEmail"),
            log.role_or_none("projectUserRole"),
            log.id_or_none("sessionId"),
            log.moment("timestamp"),
            log.text_or_none("labelName"),
            log.text_or_none("featureId"),
            log.text_or_none("objectHash"),
            log.text_or_none("classificationHash"),
            log.whole_or_none("objectCurrentFrame"),
            log.pairs_or_none("labelRanges"),
        ),
    )
