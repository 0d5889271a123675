-- The task of each data unit: main is the branch that goes through review.
SELECT
    project_hash, project_title, data_hash, data_title, workflow_stage_title, created_at, approved_at,
    n_submissions, n_rejections, hours_to_approval
FROM {{ source('encord', 'task_timing') }}
WHERE branch_name = 'main'
