-- subject: ranges
-- key: label_hash space_id classification_hash range_position
CREATE VIEW classification_on_range AS
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
    c.workflow_stage_title,
    p.space_id,
    c.classification_hash,
    c.classification_name,
    c.feature_hash,
    c.classification_uid,
    c.is_global,
    c.answer_type,
    c.classification_answer,
    c.classification_answer_value,
    c.classification_answer_hash,
    c.answer_number,
    p.position AS range_position,
    p.frame_start,
    p.frame_end,
    p.range_unit,
    c.confidence,
    c.is_manual,
    c.created_at,
    c.created_by,
    c.last_edited_at,
    c.last_edited_by
FROM classification_range AS p
JOIN classification_answer AS c ON c.label_hash = p.label_hash AND c.classification_hash = p.classification_hash;

COMMENT ON VIEW classification_on_range IS
    'One row per range that a classification instance holds for, of any unit, not expanded to frames.';
