-- subject: work
-- key: project_hash data_hash is_of_consensus task_uuid?
CREATE VIEW internal.task_moment AS
SELECT
    project_hash,
    data_hash,
    is_of_consensus,
    task_uuid,
    MIN(acted_at) FILTER (WHERE is_annotation) AS started_at,
    MIN(acted_at) FILTER (WHERE is_annotation AND action_type = 'assign') AS assigned_at,
    MIN(acted_at) FILTER (WHERE is_annotation AND action_type = 'submit') AS first_submitted_at,
    MAX(acted_at) FILTER (WHERE is_annotation AND action_type = 'submit') AS last_submitted_at,
    MIN(acted_at) FILTER (WHERE NOT is_annotation AND action_type IN ('approve', 'reject')) AS first_reviewed_at,
    MAX(acted_at) FILTER (WHERE NOT is_annotation AND action_type IN ('approve', 'reject')) AS last_reviewed_at,
    MAX(acted_at) FILTER (WHERE NOT is_annotation AND action_type = 'approve') AS last_approved_at,
    COUNT(*) FILTER (WHERE is_annotation AND action_type = 'submit') AS n_submissions,
    COUNT(*) FILTER (WHERE NOT is_annotation AND action_type = 'reject') AS n_rejections
FROM (
    SELECT
        a.project_hash,
        a.data_hash,
        a.task_uuid,
        a.action_type,
        a.acted_at,
        s.stage_type IN ('ANNOTATION', 'CONSENSUS_ANNOTATION') AS is_annotation,
        s.stage_type IN ('CONSENSUS_ANNOTATION', 'CONSENSUS_REVIEW') AS is_of_consensus
    FROM task_action AS a
    JOIN workflow_stage AS s ON s.project_hash = a.project_hash AND s.stage_uuid = a.workflow_stage_uuid
    WHERE s.stage_type IN ('ANNOTATION', 'REVIEW', 'CONSENSUS_ANNOTATION', 'CONSENSUS_REVIEW')
) AS staged
GROUP BY project_hash, data_hash, is_of_consensus, task_uuid;

COMMENT ON VIEW internal.task_moment IS
    'One row per task of a data unit, of the stages of consensus or of the plain ones: when it was worked on, handed in and judged.';
