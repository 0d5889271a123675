-- subject: changes
-- key: label_row_id changed_at column_name
CREATE VIEW label_row_change AS
SELECT
    c.project_hash,
    p.title AS project_title,
    c.data_hash,
    COALESCE(d.title, d.data_hash) AS data_title,
    d.dataset_title,
    d.data_type,
    c.branch_name,
    c.label_hash,
    c.label_row_id,
    c.changed_at,
    c.column_name,
    c.value_before,
    c.value_after
FROM (
    SELECT
        h.project_hash,
        h.data_hash,
        h.branch_name,
        h.label_hash,
        h.label_row_id,
        h.changed_at,
        k.column_name,
        CASE k.column_name
            WHEN 'label_status' THEN h.label_status
            WHEN 'annotation_task_status' THEN h.annotation_task_status
            WHEN 'workflow_stage_title' THEN h.workflow_stage_title
            WHEN 'assigned_user_email' THEN h.assigned_user_email
            WHEN 'priority' THEN CAST(h.priority AS VARCHAR)
            WHEN 'is_valid' THEN CASE WHEN h.is_valid THEN 'true' WHEN NOT h.is_valid THEN 'false' END
            WHEN 'deleted_at' THEN CASE WHEN h.deleted_at IS NOT NULL THEN 'deleted' END
        END AS value_before,
        CASE k.column_name
            WHEN 'label_status' THEN h.after_label_status
            WHEN 'annotation_task_status' THEN h.after_annotation_task_status
            WHEN 'workflow_stage_title' THEN h.after_workflow_stage_title
            WHEN 'assigned_user_email' THEN h.after_assigned_user_email
            WHEN 'priority' THEN CAST(h.after_priority AS VARCHAR)
            WHEN 'is_valid' THEN CASE WHEN h.after_is_valid THEN 'true' WHEN NOT h.after_is_valid THEN 'false' END
            WHEN 'deleted_at' THEN CASE WHEN h.after_deleted_at IS NOT NULL THEN 'deleted' END
        END AS value_after
    FROM (
        SELECT
            h.*,
            h.replaced_at AS changed_at,
            CASE WHEN h.next_at IS NULL THEN l.label_status ELSE h.next_label_status END AS after_label_status,
            CASE WHEN h.next_at IS NULL THEN l.annotation_task_status ELSE h.next_annotation_task_status END
                AS after_annotation_task_status,
            CASE WHEN h.next_at IS NULL THEN l.workflow_stage_title ELSE h.next_workflow_stage_title END
                AS after_workflow_stage_title,
            CASE WHEN h.next_at IS NULL THEN l.assigned_user_email ELSE h.next_assigned_user_email END
                AS after_assigned_user_email,
            CASE WHEN h.next_at IS NULL THEN l.priority ELSE h.next_priority END AS after_priority,
            CASE WHEN h.next_at IS NULL THEN l.is_valid ELSE h.next_is_valid END AS after_is_valid,
            CASE WHEN h.next_at IS NULL THEN l.deleted_at ELSE h.next_deleted_at END AS after_deleted_at
        FROM (
            SELECT
                *,
                LEAD(replaced_at) OVER later AS next_at,
                LEAD(label_status) OVER later AS next_label_status,
                LEAD(annotation_task_status) OVER later AS next_annotation_task_status,
                LEAD(workflow_stage_title) OVER later AS next_workflow_stage_title,
                LEAD(assigned_user_email) OVER later AS next_assigned_user_email,
                LEAD(priority) OVER later AS next_priority,
                LEAD(is_valid) OVER later AS next_is_valid,
                LEAD(deleted_at) OVER later AS next_deleted_at
            FROM internal.label_row_history
            WINDOW later AS (PARTITION BY label_row_id ORDER BY replaced_at)
        ) AS h
        LEFT JOIN label_row AS l ON l.label_row_id = h.label_row_id
        WHERE h.change = 'changed'
    ) AS h
    CROSS JOIN (VALUES
        ('label_status'), ('annotation_task_status'), ('workflow_stage_title'), ('assigned_user_email'), ('priority'),
        ('is_valid'), ('deleted_at')
    ) AS k (column_name)
    UNION ALL
    -- A label row that was added has no values before; one whose branch was renamed has another id under one hash.
    SELECT
        l.project_hash,
        l.data_hash,
        l.branch_name,
        l.label_hash,
        h.label_row_id,
        h.replaced_at AS changed_at,
        'branch_name' AS column_name,
        o.branch_name AS value_before,
        l.branch_name AS value_after
    FROM (
        SELECT
            label_row_id,
            replaced_at,
            change,
            LEAD(change) OVER (PARTITION BY label_row_id ORDER BY replaced_at) AS next_change
        FROM internal.label_row_history
    ) AS h
    JOIN label_row AS l ON l.label_row_id = h.label_row_id
    LEFT JOIN internal.label_row_history AS o
        ON o.label_hash = l.label_hash AND o.replaced_at = h.replaced_at AND o.change = 'removed'
    -- In a lake, a run that was killed may have noted what the next one then added.
    WHERE h.change = 'added' AND h.next_change IS DISTINCT FROM 'added'
    UNION ALL
    SELECT
        l.project_hash,
        l.data_hash,
        l.branch_name,
        l.label_hash,
        l.label_row_id,
        h.changed_at,
        'data_title' AS column_name,
        h.title AS value_before,
        h.after_title AS value_after
    FROM (
        SELECT
            h.project_hash,
            h.data_hash,
            h.replaced_at AS changed_at,
            h.title,
            CASE WHEN h.next_at IS NULL THEN d.title ELSE h.next_title END AS after_title
        FROM (
            SELECT
                *,
                LEAD(replaced_at) OVER later AS next_at,
                LEAD(title) OVER later AS next_title
            FROM internal.data_unit_history
            WINDOW later AS (PARTITION BY project_hash, data_hash ORDER BY replaced_at)
        ) AS h
        JOIN data_unit AS d ON d.project_hash = h.project_hash AND d.data_hash = h.data_hash
        WHERE h.change = 'changed'
    ) AS h
    JOIN label_row AS l ON l.project_hash = h.project_hash AND l.data_hash = h.data_hash
) AS c
JOIN project AS p ON p.project_hash = c.project_hash
JOIN data_unit AS d ON d.project_hash = c.project_hash AND d.data_hash = c.data_hash
WHERE c.value_before IS DISTINCT FROM c.value_after;

COMMENT ON VIEW label_row_change IS
    'One row per fact of a label row that a listing showed otherwise than the one before: status, stage, assignee, priority, validity, branch, title; and when it came or went.';
