-- grain: one row an answer of an object or a classification (a ticked option; a range of a dynamic one), with its path
-- after: named_answer
CREATE VIEW attribute_answer_path AS
WITH RECURSIVE nested AS (
    SELECT
        project_hash,
        feature_hash,
        class_feature_hash,
        depth,
        name AS root_attribute_name,
        feature_hash AS root_attribute_feature_hash,
        CAST(COALESCE(name, '') AS VARCHAR) AS attribute_path,
        CAST(feature_hash AS VARCHAR) AS feature_hash_path
    FROM ontology_attribute
    WHERE depth = 0
    UNION ALL
    SELECT
        t.project_hash,
        t.feature_hash,
        t.class_feature_hash,
        t.depth,
        n.root_attribute_name,
        n.root_attribute_feature_hash,
        CAST(n.attribute_path || ' > ' || COALESCE(o.label, o.option_value, '') || ' > ' || COALESCE(t.name, '')
            AS VARCHAR),
        CAST(n.feature_hash_path || ' > ' || o.feature_hash || ' > ' || t.feature_hash AS VARCHAR)
    FROM nested AS n
    JOIN ontology_option AS o ON o.project_hash = n.project_hash AND o.attribute_feature_hash = n.feature_hash
    -- The depth keeps an ontology that leads back into itself, if there ever is one, from going on for ever.
    JOIN ontology_attribute AS t
        ON t.project_hash = o.project_hash AND t.parent_option_hash = o.feature_hash AND t.depth = n.depth + 1
)
SELECT
    a.project_hash,
    a.project_title,
    a.data_hash,
    a.data_title,
    a.dataset_title,
    a.data_type,
    a.branch_name,
    a.label_hash,
    a.label_row_id,
    a.space_id,
    a.owner_kind AS label_kind,
    CASE WHEN a.owner_kind = 'object' THEN a.owner_hash END AS object_hash,
    CASE WHEN a.owner_kind = 'object' THEN c.name END AS object_name,
    CASE WHEN a.owner_kind = 'classification' THEN a.owner_hash END AS classification_hash,
    CASE WHEN a.owner_kind = 'classification' THEN c.name END AS classification_name,
    n.class_feature_hash AS feature_hash,
    n.root_attribute_name,
    n.root_attribute_feature_hash,
    n.attribute_path,
    n.attribute_path || ' > ' || a.attribute_answer AS answer_path,
    n.feature_hash_path,
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
    a.answer_position,
    a.frame_start,
    a.frame_end
FROM named_answer AS a
JOIN nested AS n ON n.project_hash = a.project_hash AND n.feature_hash = a.attribute_feature_hash
LEFT JOIN ontology_class AS c ON c.project_hash = n.project_hash AND c.feature_hash = n.class_feature_hash
WHERE COALESCE(c.is_archived, FALSE) = FALSE;

COMMENT ON VIEW attribute_answer_path IS
    'One row an answer, static or dynamic, of an object or a classification, with its path through the nested options that lead to its question; not expanded to frames.';
COMMENT ON COLUMN attribute_answer_path.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN attribute_answer_path.project_title IS 'The project''s title.';
COMMENT ON COLUMN attribute_answer_path.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN attribute_answer_path.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN attribute_answer_path.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN attribute_answer_path.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN attribute_answer_path.branch_name IS
    'The branch: main, or an annotator''s or a model''s own. Count within one branch: consensus copies labels to main.';
COMMENT ON COLUMN attribute_answer_path.label_hash IS 'Encord''s id of the label row.';
COMMENT ON COLUMN attribute_answer_path.label_row_id IS
    'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN attribute_answer_path.space_id IS
    'root, or the part of a data group that a dynamic answer is limited to.';
COMMENT ON COLUMN attribute_answer_path.label_kind IS 'object or classification.';
COMMENT ON COLUMN attribute_answer_path.object_hash IS
    'The object instance that is described; NULL for a classification''s.';
COMMENT ON COLUMN attribute_answer_path.object_name IS 'The object''s class, as the ontology names it now.';
COMMENT ON COLUMN attribute_answer_path.classification_hash IS
    'The classification instance that is described; NULL for an object''s.';
COMMENT ON COLUMN attribute_answer_path.classification_name IS
    'The classification: the title of its question, as the ontology words it now.';
COMMENT ON COLUMN attribute_answer_path.feature_hash IS
    'The ontology class, case-sensitive; the same for all its instances.';
COMMENT ON COLUMN attribute_answer_path.root_attribute_name IS
    'The attribute at the top of the path; of a classification its question.';
COMMENT ON COLUMN attribute_answer_path.root_attribute_feature_hash IS
    'That attribute''s feature hash, case-sensitive.';
COMMENT ON COLUMN attribute_answer_path.attribute_path IS
    'From the top to the attribute: question > option that opens the next question > question …';
COMMENT ON COLUMN attribute_answer_path.answer_path IS 'attribute_path and, after another >, the answer.';
COMMENT ON COLUMN attribute_answer_path.feature_hash_path IS
    'The feature hashes along attribute_path, case-sensitive, '' > '' between them.';
COMMENT ON COLUMN attribute_answer_path.attribute_name IS 'The attribute: the question, as the ontology words it now.';
COMMENT ON COLUMN attribute_answer_path.attribute_feature_hash IS 'The attribute''s feature hash, case-sensitive.';
COMMENT ON COLUMN attribute_answer_path.answer_type IS 'radio, checklist, text or numeric.';
COMMENT ON COLUMN attribute_answer_path.is_dynamic IS 'True if the answer may differ from frame to frame.';
COMMENT ON COLUMN attribute_answer_path.depth IS 'How deep the attribute is nested; 0 at the top.';
COMMENT ON COLUMN attribute_answer_path.parent_option_hash IS
    'For a nested attribute the option that opens it; NULL at the top.';
COMMENT ON COLUMN attribute_answer_path.attribute_answer IS
    'The answer: the option''s label, the text, or the number as text.';
COMMENT ON COLUMN attribute_answer_path.attribute_answer_value IS
    'The answer as stored in label files: the option''s value, the text, or the number as text.';
COMMENT ON COLUMN attribute_answer_path.attribute_answer_feature_hash IS
    'The feature hash of the option chosen; NULL for text and numbers.';
COMMENT ON COLUMN attribute_answer_path.answer_number IS 'The answer to a numeric question.';
COMMENT ON COLUMN attribute_answer_path.answer_position IS 'The row''s place among the attribute''s answers, from 0.';
COMMENT ON COLUMN attribute_answer_path.frame_start IS
    'First frame that a dynamic answer holds for; NULL for a static one, which holds wherever its owner is.';
COMMENT ON COLUMN attribute_answer_path.frame_end IS
    'Last frame that a dynamic answer holds for, inclusive; NULL for a static one.';
