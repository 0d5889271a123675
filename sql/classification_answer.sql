-- subject: label rows
-- key: label_hash classification_hash
CREATE VIEW classification_answer AS
SELECT
    r.project_hash,
    r.project_title,
    r.data_hash,
    r.data_title,
    r.dataset_title,
    r.data_type,
    r.branch_name,
    i.label_hash,
    r.label_row_id,
    r.workflow_stage_title,
    i.classification_hash,
    c.name AS classification_name,
    i.feature_hash,
    c.uid AS classification_uid,
    c.is_global,
    COALESCE(n.answer_type, k.answer_type) AS answer_type,
    COALESCE(n.attribute_answer, k.classification_answer) AS classification_answer,
    n.attribute_answer_value AS classification_answer_value,
    COALESCE(n.attribute_answer_feature_hash, k.classification_answer_hash) AS classification_answer_hash,
    n.answer_number,
    i.confidence,
    i.is_manual,
    i.created_at,
    i.created_by,
    i.last_edited_at,
    i.last_edited_by
FROM classification_instance AS i
JOIN current_label_row AS r ON r.label_hash = i.label_hash
LEFT JOIN ontology_class AS c ON c.project_hash = r.project_hash AND c.feature_hash = i.feature_hash
-- The one answer of a radio, text or numeric question; ticked options are the only ones that need gathering.
LEFT JOIN internal.named_answer AS n
    ON n.label_hash = i.label_hash AND n.data_title = r.data_title AND n.branch_name = r.branch_name
    AND n.owner_hash = i.classification_hash AND n.owner_kind = 'classification'
    AND n.depth = 0 AND n.answer_type <> 'checklist' AND n.answer_position = 0
LEFT JOIN (
    SELECT
        label_hash,
        data_title,
        branch_name,
        owner_hash,
        MAX(answer_type) AS answer_type,
        STRING_AGG(attribute_answer, '; ' ORDER BY option_position) AS classification_answer,
        STRING_AGG(attribute_answer_feature_hash, '; ' ORDER BY option_position) AS classification_answer_hash
    FROM internal.named_answer
    WHERE owner_kind = 'classification' AND depth = 0 AND answer_type = 'checklist'
    GROUP BY label_hash, data_title, branch_name, owner_hash
) AS k
    ON k.label_hash = i.label_hash AND k.data_title = r.data_title AND k.branch_name = r.branch_name
    AND k.owner_hash = i.classification_hash
WHERE COALESCE(c.is_archived, FALSE) = FALSE;

COMMENT ON VIEW classification_answer IS
    'One row per classification instance with its answer, wherever it is placed.';
