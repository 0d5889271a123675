-- grain: one row an answer of an object or a classification (a ticked option of a checklist; a range of a dynamic one)
-- after: current_label_row
CREATE VIEW named_answer AS
SELECT
    r.project_hash,
    r.project_title,
    r.data_hash,
    r.data_title,
    r.dataset_title,
    r.data_type,
    r.branch_name,
    a.label_hash,
    r.label_row_id,
    a.space_id,
    a.owner_kind,
    a.owner_hash,
    a.attribute_feature_hash,
    t.name AS attribute_name,
    t.answer_type,
    t.is_dynamic,
    t.depth,
    t.parent_option_hash,
    t.position AS attribute_position,
    a.position AS answer_position,
    o.position AS option_position,
    COALESCE(o.label, o.option_value, a.answer_text) AS attribute_answer,
    COALESCE(o.option_value, a.answer_text) AS attribute_answer_value,
    a.option_feature_hash AS attribute_answer_feature_hash,
    a.answer_number,
    a.frame_start,
    a.frame_end
FROM attribute_answer AS a
JOIN current_label_row AS r ON r.label_hash = a.label_hash
JOIN ontology_attribute AS t ON t.project_hash = r.project_hash AND t.feature_hash = a.attribute_feature_hash
LEFT JOIN ontology_option AS o ON o.project_hash = r.project_hash AND o.feature_hash = a.option_feature_hash
WHERE t.is_archived = FALSE AND COALESCE(o.is_archived, FALSE) = FALSE;

COMMENT ON VIEW named_answer IS
    'One row an answer, static or dynamic, of an object or a classification, with its question and option by name; not expanded to frames.';
COMMENT ON COLUMN named_answer.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN named_answer.project_title IS 'The project''s title.';
COMMENT ON COLUMN named_answer.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN named_answer.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN named_answer.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN named_answer.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN named_answer.branch_name IS
    'The branch: main, or an annotator''s or a model''s own. Count within one branch: consensus copies labels to main.';
COMMENT ON COLUMN named_answer.label_hash IS 'Encord''s id of the label row.';
COMMENT ON COLUMN named_answer.label_row_id IS 'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN named_answer.space_id IS 'root, or the part of a data group that a dynamic answer is limited to.';
COMMENT ON COLUMN named_answer.owner_kind IS 'object or classification.';
COMMENT ON COLUMN named_answer.owner_hash IS 'The object instance or classification instance that is described.';
COMMENT ON COLUMN named_answer.attribute_feature_hash IS 'The attribute''s feature hash, case-sensitive.';
COMMENT ON COLUMN named_answer.attribute_name IS 'The attribute: the question, as the ontology words it now.';
COMMENT ON COLUMN named_answer.answer_type IS 'radio, checklist, text or numeric.';
COMMENT ON COLUMN named_answer.is_dynamic IS 'True if the answer may differ from frame to frame.';
COMMENT ON COLUMN named_answer.depth IS 'How deep the attribute is nested; 0 at the top.';
COMMENT ON COLUMN named_answer.parent_option_hash IS
    'For a nested attribute the option that opens it; NULL at the top.';
COMMENT ON COLUMN named_answer.attribute_position IS
    'The attribute''s place among its siblings in the ontology, from 0.';
COMMENT ON COLUMN named_answer.answer_position IS 'The row''s place among the attribute''s answers, from 0.';
COMMENT ON COLUMN named_answer.option_position IS
    'The option''s place among the attribute''s options in the ontology, from 0; NULL for text and numbers.';
COMMENT ON COLUMN named_answer.attribute_answer IS 'The answer: the option''s label, the text, or the number as text.';
COMMENT ON COLUMN named_answer.attribute_answer_value IS
    'The answer as stored in label files: the option''s value, the text, or the number as text.';
COMMENT ON COLUMN named_answer.attribute_answer_feature_hash IS
    'The feature hash of the option chosen; NULL for text and numbers.';
COMMENT ON COLUMN named_answer.answer_number IS 'The answer to a numeric question.';
COMMENT ON COLUMN named_answer.frame_start IS
    'First frame that a dynamic answer holds for; NULL for a static one, which holds wherever its owner is.';
COMMENT ON COLUMN named_answer.frame_end IS
    'Last frame that a dynamic answer holds for, inclusive; NULL for a static one.';
