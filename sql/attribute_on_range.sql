-- grain: one row an attribute's answer (a ticked option of a checklist) of an object or classification on a range
-- after: named_answer object_on_range classification_on_range
CREATE VIEW attribute_on_range AS
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
    'object' AS label_kind,
    o.object_hash,
    o.object_name,
    CAST(NULL AS VARCHAR) AS classification_hash,
    CAST(NULL AS VARCHAR) AS classification_name,
    o.feature_hash,
    o.range_position,
    o.range_start,
    o.range_end,
    o.range_unit,
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
    a.answer_position,
    a.frame_start AS answer_start,
    a.frame_end AS answer_end
FROM object_on_range AS o
JOIN named_answer AS a
    ON a.label_hash = o.label_hash AND a.data_title = o.data_title AND a.branch_name = o.branch_name
    AND a.owner_hash = o.object_hash AND a.owner_kind = 'object'
    AND (a.frame_start IS NULL OR a.space_id = o.space_id)
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
    'classification' AS label_kind,
    CAST(NULL AS VARCHAR) AS object_hash,
    CAST(NULL AS VARCHAR) AS object_name,
    c.classification_hash,
    c.classification_name,
    c.feature_hash,
    c.range_position,
    c.frame_start AS range_start,
    c.frame_end AS range_end,
    c.range_unit,
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
    a.answer_position,
    a.frame_start AS answer_start,
    a.frame_end AS answer_end
FROM classification_on_range AS c
JOIN named_answer AS a
    ON a.label_hash = c.label_hash AND a.data_title = c.data_title AND a.branch_name = c.branch_name
    AND a.owner_hash = c.classification_hash AND a.owner_kind = 'classification' AND a.depth > 0;

COMMENT ON VIEW attribute_on_range IS
    'One row an answer of an attribute of an object placed on ranges, or of a classification''s nested attribute, and range.';
COMMENT ON COLUMN attribute_on_range.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN attribute_on_range.project_title IS 'The project''s title.';
COMMENT ON COLUMN attribute_on_range.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN attribute_on_range.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN attribute_on_range.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN attribute_on_range.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN attribute_on_range.branch_name IS
    'The branch: main, or an annotator''s or a model''s own. Count within one branch: consensus copies labels to main.';
COMMENT ON COLUMN attribute_on_range.label_hash IS 'Encord''s id of the label row.';
COMMENT ON COLUMN attribute_on_range.label_row_id IS
    'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN attribute_on_range.workflow_stage_title IS 'The title of the workflow stage that the task is in.';
COMMENT ON COLUMN attribute_on_range.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN attribute_on_range.label_kind IS 'object or classification.';
COMMENT ON COLUMN attribute_on_range.object_hash IS
    'The object instance, case-sensitive; the same over all its frames, unique only within its label row.';
COMMENT ON COLUMN attribute_on_range.object_name IS 'The object''s class, as the ontology names it now.';
COMMENT ON COLUMN attribute_on_range.classification_hash IS
    'The classification instance, case-sensitive; unique within its label row.';
COMMENT ON COLUMN attribute_on_range.classification_name IS
    'The classification: the title of its question, as the ontology words it now.';
COMMENT ON COLUMN attribute_on_range.feature_hash IS
    'The ontology class, case-sensitive; the same for all its instances.';
COMMENT ON COLUMN attribute_on_range.range_position IS 'The range''s place among the label''s ranges, from 0.';
COMMENT ON COLUMN attribute_on_range.range_start IS
    'First unit of the range, inclusive; NULL for HTML, and where it holds for the whole.';
COMMENT ON COLUMN attribute_on_range.range_end IS
    'Last unit of the range, inclusive; NULL for HTML, and where it holds for the whole.';
COMMENT ON COLUMN attribute_on_range.range_unit IS
    'frame, whole, millisecond, character, html, point (index in a point cloud), axis (time series), nanosecond, …';
COMMENT ON COLUMN attribute_on_range.attribute_name IS 'The attribute: the question, as the ontology words it now.';
COMMENT ON COLUMN attribute_on_range.attribute_feature_hash IS 'The attribute''s feature hash, case-sensitive.';
COMMENT ON COLUMN attribute_on_range.answer_type IS 'radio, checklist, text or numeric.';
COMMENT ON COLUMN attribute_on_range.is_dynamic IS 'True if the answer may differ from frame to frame.';
COMMENT ON COLUMN attribute_on_range.depth IS 'How deep the attribute is nested; 0 at the top.';
COMMENT ON COLUMN attribute_on_range.parent_option_hash IS
    'For a nested attribute the option that opens it; NULL at the top.';
COMMENT ON COLUMN attribute_on_range.attribute_answer IS
    'The answer: the option''s label, the text, or the number as text.';
COMMENT ON COLUMN attribute_on_range.attribute_answer_value IS
    'The answer as stored in label files: the option''s value, the text, or the number as text.';
COMMENT ON COLUMN attribute_on_range.attribute_answer_feature_hash IS
    'The feature hash of the option chosen; NULL for text and numbers.';
COMMENT ON COLUMN attribute_on_range.answer_number IS 'The answer to a numeric question.';
COMMENT ON COLUMN attribute_on_range.attribute_position IS
    'The attribute''s place among its siblings in the ontology, from 0.';
COMMENT ON COLUMN attribute_on_range.answer_position IS 'The row''s place among the attribute''s answers, from 0.';
COMMENT ON COLUMN attribute_on_range.answer_start IS
    'First frame that a dynamic answer holds for; NULL for a static one.';
COMMENT ON COLUMN attribute_on_range.answer_end IS
    'Last frame that a dynamic answer holds for, inclusive; NULL for a static one.';
