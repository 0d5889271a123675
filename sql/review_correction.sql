-- subject: changes
-- key: label_hash changed_at label_kind item_hash attribute_feature_hash?
CREATE VIEW review_correction AS
SELECT
    c.project_hash,
    c.project_title,
    c.data_hash,
    c.data_title,
    c.dataset_title,
    c.data_type,
    c.branch_name,
    c.label_hash,
    c.label_row_id,
    c.changed_at,
    c.unchanged_until,
    c.label_kind,
    c.item_hash,
    c.attribute_feature_hash,
    c.label_name,
    c.attribute_name,
    c.change_kind,
    c.value_before,
    c.value_after,
    c.iou,
    c.shift,
    c.last_edited_at,
    COALESCE(c.last_edited_by, c.reviewer) AS corrected_by,
    c.submitted_at,
    c.submitted_by,
    c.approved_at,
    c.reviewer,
    -- Only if a sync saw the labels after they were submitted, nothing of the change can be the annotator's own.
    COALESCE(c.unchanged_until >= c.submitted_at, FALSE) AS is_seen_apart
FROM (
    SELECT
        c.*,
        s.acted_at AS submitted_at,
        s.actor_email AS submitted_by,
        a.acted_at AS approved_at,
        a.actor_email AS reviewer,
        ROW_NUMBER() OVER (
            PARTITION BY c.label_hash, c.changed_at, c.label_kind, c.item_hash, c.attribute_feature_hash
            ORDER BY s.acted_at DESC, a.acted_at, s.task_action_id, a.task_action_id
        ) AS place
    FROM label_change AS c
    JOIN task_action AS s
        ON s.project_hash = c.project_hash AND s.data_hash = c.data_hash AND s.action_type = 'submit'
        -- The stamps of labels have whole seconds.
        AND DATE_TRUNC('second', s.acted_at) <= COALESCE(c.last_edited_at, c.changed_at)
    JOIN task_action AS a
        ON a.project_hash = c.project_hash AND a.data_hash = c.data_hash AND a.action_type = 'approve'
        AND a.acted_at >= COALESCE(c.last_edited_at, c.unchanged_until)
    WHERE c.reason = 'edited'
      -- Whoever submits again in between has corrected it themselves.
      AND NOT EXISTS (
          SELECT 1 FROM task_action AS t
          WHERE t.project_hash = c.project_hash AND t.data_hash = c.data_hash AND t.action_type = 'submit'
            AND t.acted_at > s.acted_at AND t.acted_at <= a.acted_at
      )
) AS c
WHERE c.place = 1;

COMMENT ON VIEW review_correction IS
    'One row per change of a label between its submission and its approval: what a reviewer corrected, of which class or question, and whose work it was.';
