-- grain: one row a classification instance, with its answer
-- after: named_answer
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
LEFT JOIN named_answer AS n
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
    FROM named_answer
    WHERE owner_kind = 'classification' AND depth = 0 AND answer_type = 'checklist'
    GROUP BY label_hash, data_title, branch_name, owner_hash
) AS k
    ON k.label_hash = i.label_hash AND k.data_title = r.data_title AND k.branch_name = r.branch_name
    AND k.owner_hash = i.classification_hash
WHERE COALESCE(c.is_archived, FALSE) = FALSE;

COMMENT ON VIEW classification_answer IS
    'One row a classification instance with its answer, wherever it is placed.';
COMMENT ON COLUMN classification_answer.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN classification_answer.project_title IS 'The project''s title.';
COMMENT ON COLUMN classification_answer.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN classification_answer.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN classification_answer.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN classification_answer.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN classification_answer.branch_name IS
    'The branch: main, or an annotator''s or a model''s own. Count within one branch: consensus copies labels to main.';
COMMENT ON COLUMN classification_answer.label_hash IS 'Encord''s id of the label row.';
COMMENT ON COLUMN classification_answer.label_row_id IS
    'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN classification_answer.workflow_stage_title IS 'The title of the workflow stage that the task is in.';
COMMENT ON COLUMN classification_answer.classification_hash IS
    'The classification instance, case-sensitive; unique within its label row.';
COMMENT ON COLUMN classification_answer.classification_name IS
    'The classification: the title of its question, as the ontology words it now.';
COMMENT ON COLUMN classification_answer.feature_hash IS
    'The ontology class, case-sensitive; the same for all its instances.';
COMMENT ON COLUMN classification_answer.classification_uid IS
    'The running number of the classification''s class in the ontology (the SDK''s ontology_item.uid).';
COMMENT ON COLUMN classification_answer.is_global IS 'True for a classification that holds for a whole data unit.';
COMMENT ON COLUMN classification_answer.answer_type IS 'radio, checklist, text or numeric.';
COMMENT ON COLUMN classification_answer.classification_answer IS
    'The answer: the option''s label (of a checklist all ticked ones, ''; '' between them, in the ontology''s order), the text, or the number; NULL if unanswered.';
COMMENT ON COLUMN classification_answer.classification_answer_value IS
    'The answer as stored in label files (the SDK''s get_answer().value); NULL for checklists.';
COMMENT ON COLUMN classification_answer.classification_answer_hash IS
    'The feature hash of the option chosen; of a checklist all, as in classification_answer; NULL for text and numbers.';
COMMENT ON COLUMN classification_answer.answer_number IS 'The answer to a numeric question.';
COMMENT ON COLUMN classification_answer.confidence IS 'Confidence of a model, 0 to 1; NULL if Encord does not say.';
COMMENT ON COLUMN classification_answer.is_manual IS
    'True if a person made it, false if a model did; NULL if Encord does not say.';
COMMENT ON COLUMN classification_answer.created_at IS 'When it was created; NULL if Encord does not say.';
COMMENT ON COLUMN classification_answer.created_by IS 'Who created it (e-mail).';
COMMENT ON COLUMN classification_answer.last_edited_at IS
    'When it was last edited in the editor; NULL if Encord does not say.';
COMMENT ON COLUMN classification_answer.last_edited_by IS 'Who last edited it (e-mail).';
