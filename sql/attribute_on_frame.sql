-- grain: one row an attribute's answer (a ticked option of a checklist) of an object or classification on a frame
-- after: named_answer object_on_frame classification_on_frame
CREATE VIEW attribute_on_frame AS
SELECT
    o.project_hash,
    o.project_title,
    o.data_hash,
    o.data_title,
    o.dataset_title,
    o.data_type,
    o.branch_name,
    o.label_hash,
    o.label_row_id,
    o.workflow_stage_title,
    o.space_id,
    o.frame,
    'object' AS label_kind,
    o.object_hash,
    o.object_name,
    CAST(NULL AS VARCHAR) AS classification_hash,
    CAST(NULL AS VARCHAR) AS classification_name,
    o.feature_hash,
    a.attribute_name,
    a.attribute_feature_hash,
    a.answer_type,
    a.is_dynamic,
    a.depth,
    a.parent_option_hash,
    a.attribute_answer,
    a.attribute_answer_value,
    a.attribute_answer_feature_hash,
    a.answer_number,
    a.attribute_position,
    a.answer_position
FROM object_on_frame AS o
JOIN named_answer AS a
    ON a.label_hash = o.label_hash AND a.data_title = o.data_title AND a.branch_name = o.branch_name
    AND a.owner_hash = o.object_hash AND a.owner_kind = 'object'
    -- A static answer holds wherever its object is. Comparisons only: DuckDB makes a nested loop of a left join with OR.
    AND o.frame >= COALESCE(a.frame_start, 0) AND o.frame <= COALESCE(a.frame_end, 9223372036854775807)
    AND o.space_id COLLATE "C" >= CASE WHEN a.frame_start IS NULL THEN '' ELSE a.space_id END
    AND o.space_id COLLATE "C" <= CASE WHEN a.frame_start IS NULL THEN '􏿿' ELSE a.space_id END
UNION ALL
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
    c.space_id,
    c.frame,
    'classification' AS label_kind,
    CAST(NULL AS VARCHAR) AS object_hash,
    CAST(NULL AS VARCHAR) AS object_name,
    c.classification_hash,
    c.classification_name,
    c.feature_hash,
    a.attribute_name,
    a.attribute_feature_hash,
    a.answer_type,
    a.is_dynamic,
    a.depth,
    a.parent_option_hash,
    a.attribute_answer,
    a.attribute_answer_value,
    a.attribute_answer_feature_hash,
    a.answer_number,
    a.attribute_position,
    a.answer_position
FROM classification_on_frame AS c
JOIN named_answer AS a
    ON a.label_hash = c.label_hash AND a.data_title = c.data_title AND a.branch_name = c.branch_name
    AND a.owner_hash = c.classification_hash AND a.owner_kind = 'classification' AND a.depth > 0;

COMMENT ON VIEW attribute_on_frame IS
    'One row an answer of an attribute (for a checklist: a ticked option) of an object on a frame that it is on, or of a classification''s nested attribute.';
COMMENT ON COLUMN attribute_on_frame.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN attribute_on_frame.project_title IS 'The project''s title.';
COMMENT ON COLUMN attribute_on_frame.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN attribute_on_frame.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN attribute_on_frame.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN attribute_on_frame.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN attribute_on_frame.branch_name IS
    'The branch: main, or an annotator''s or a model''s own. Count within one branch: consensus copies labels to main.';
COMMENT ON COLUMN attribute_on_frame.label_hash IS 'Encord''s id of the label row.';
COMMENT ON COLUMN attribute_on_frame.label_row_id IS
    'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN attribute_on_frame.workflow_stage_title IS 'The title of the workflow stage that the task is in.';
COMMENT ON COLUMN attribute_on_frame.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN attribute_on_frame.frame IS
    'Frame from 0; image, slice or page number; nanoseconds of the event in continuous scenes.';
COMMENT ON COLUMN attribute_on_frame.label_kind IS 'object or classification.';
COMMENT ON COLUMN attribute_on_frame.object_hash IS
    'The object instance, case-sensitive; the same over all its frames, unique only within its label row.';
COMMENT ON COLUMN attribute_on_frame.object_name IS 'The object''s class, as the ontology names it now.';
COMMENT ON COLUMN attribute_on_frame.classification_hash IS
    'The classification instance, case-sensitive; unique within its label row.';
COMMENT ON COLUMN attribute_on_frame.classification_name IS
    'The classification: the title of its question, as the ontology words it now.';
COMMENT ON COLUMN attribute_on_frame.feature_hash IS
    'The ontology class, case-sensitive; the same for all its instances.';
COMMENT ON COLUMN attribute_on_frame.attribute_name IS 'The attribute: the question, as the ontology words it now.';
COMMENT ON COLUMN attribute_on_frame.attribute_feature_hash IS 'The attribute''s feature hash, case-sensitive.';
COMMENT ON COLUMN attribute_on_frame.answer_type IS 'radio, checklist, text or numeric.';
COMMENT ON COLUMN attribute_on_frame.is_dynamic IS 'True if the answer may differ from frame to frame.';
COMMENT ON COLUMN attribute_on_frame.depth IS 'How deep the attribute is nested; 0 at the top.';
COMMENT ON COLUMN attribute_on_frame.parent_option_hash IS
    'For a nested attribute the option that opens it; NULL at the top.';
COMMENT ON COLUMN attribute_on_frame.attribute_answer IS
    'The answer: the option''s label, the text, or the number as text.';
COMMENT ON COLUMN attribute_on_frame.attribute_answer_value IS
    'The answer as stored in label files: the option''s value, the text, or the number as text.';
COMMENT ON COLUMN attribute_on_frame.attribute_answer_feature_hash IS
    'The feature hash of the option chosen; NULL for text and numbers.';
COMMENT ON COLUMN attribute_on_frame.answer_number IS 'The answer to a numeric question.';
COMMENT ON COLUMN attribute_on_frame.attribute_position IS
    'The attribute''s place among its siblings in the ontology, from 0.';
COMMENT ON COLUMN attribute_on_frame.answer_position IS 'The row''s place among the attribute''s answers, from 0.';
