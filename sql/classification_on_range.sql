-- grain: one row a range that a classification instance holds for, of any unit, not expanded to frames
-- after: classification_answer
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
    'One row a range that a classification instance holds for, of any unit, not expanded to frames.';
COMMENT ON COLUMN classification_on_range.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN classification_on_range.project_title IS 'The project''s title.';
COMMENT ON COLUMN classification_on_range.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN classification_on_range.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN classification_on_range.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN classification_on_range.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN classification_on_range.branch_name IS
    'The branch: main, or an annotator''s or a model''s own. Count within one branch: consensus copies labels to main.';
COMMENT ON COLUMN classification_on_range.label_hash IS 'Encord''s id of the label row.';
COMMENT ON COLUMN classification_on_range.label_row_id IS
    'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN classification_on_range.workflow_stage_title IS
    'The title of the workflow stage that the task is in.';
COMMENT ON COLUMN classification_on_range.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN classification_on_range.classification_hash IS
    'The classification instance, case-sensitive; unique within its label row.';
COMMENT ON COLUMN classification_on_range.classification_name IS
    'The classification: the title of its question, as the ontology words it now.';
COMMENT ON COLUMN classification_on_range.feature_hash IS
    'The ontology class, case-sensitive; the same for all its instances.';
COMMENT ON COLUMN classification_on_range.classification_uid IS
    'The running number of the classification''s class in the ontology (the SDK''s ontology_item.uid).';
COMMENT ON COLUMN classification_on_range.is_global IS 'True for a classification that holds for a whole data unit.';
COMMENT ON COLUMN classification_on_range.answer_type IS 'radio, checklist, text or numeric.';
COMMENT ON COLUMN classification_on_range.classification_answer IS
    'The answer: the option''s label (of a checklist all ticked ones, ''; '' between them, in the ontology''s order), the text, or the number; NULL if unanswered.';
COMMENT ON COLUMN classification_on_range.classification_answer_value IS
    'The answer as stored in label files (the SDK''s get_answer().value); NULL for checklists.';
COMMENT ON COLUMN classification_on_range.classification_answer_hash IS
    'The feature hash of the option chosen; of a checklist all, as in classification_answer; NULL for text and numbers.';
COMMENT ON COLUMN classification_on_range.answer_number IS 'The answer to a numeric question.';
COMMENT ON COLUMN classification_on_range.range_position IS 'The range''s place among the label''s ranges, from 0.';
COMMENT ON COLUMN classification_on_range.frame_start IS
    'First frame (or unit of range_unit) that it holds for; NULL where it holds for the whole.';
COMMENT ON COLUMN classification_on_range.frame_end IS
    'Last frame (or unit of range_unit) that it holds for, inclusive; NULL where it holds for the whole.';
COMMENT ON COLUMN classification_on_range.range_unit IS
    'frame, whole, millisecond, character, html, point (index in a point cloud), axis (time series), nanosecond, …';
COMMENT ON COLUMN classification_on_range.confidence IS 'Confidence of a model, 0 to 1; NULL if Encord does not say.';
COMMENT ON COLUMN classification_on_range.is_manual IS
    'True if a person made it, false if a model did; NULL if Encord does not say.';
COMMENT ON COLUMN classification_on_range.created_at IS 'When it was created; NULL if Encord does not say.';
COMMENT ON COLUMN classification_on_range.created_by IS 'Who created it (e-mail).';
COMMENT ON COLUMN classification_on_range.last_edited_at IS
    'When it was last edited in the editor; NULL if Encord does not say.';
COMMENT ON COLUMN classification_on_range.last_edited_by IS 'Who last edited it (e-mail).';
