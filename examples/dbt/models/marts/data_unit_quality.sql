SELECT
    task.project_hash,
    task.project_title,
    task.data_hash,
    task.data_title,
    task.workflow_stage_title,
    task.approved_at,
    task.hours_to_approval,
    task.n_rejections,
    consensus.consensus_state,
    consensus.disagreement,
    coalesce(changes.n_changes, 0) AS n_changes
FROM {{ ref('stg_task') }} AS task
LEFT JOIN {{ ref('stg_consensus') }} AS consensus
    ON consensus.project_hash = task.project_hash AND consensus.data_hash = task.data_hash
LEFT JOIN (
    SELECT project_hash, data_hash, count(*) AS n_changes
    FROM {{ ref('stg_change') }}
    GROUP BY project_hash, data_hash
) AS changes
    ON changes.project_hash = task.project_hash AND changes.data_hash = task.data_hash
