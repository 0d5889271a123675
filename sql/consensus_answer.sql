-- grain: one row a branch's answer to a question on a frame
-- after: consensus_instance_answer current_label_row
CREATE VIEW consensus_answer AS
WITH placed AS (
    -- Where an instance holds, as in classification_on_frame: a range of frames, or all of them.
    SELECT
        i.label_hash,
        i.classification_hash,
        i.feature_hash,
        g.space_id,
        CASE WHEN g.range_unit = 'whole' THEN 0 ELSE g.frame_start END AS first_frame,
        CASE WHEN g.range_unit <> 'whole' THEN g.frame_end
             WHEN COALESCE(s.space_type, r.data_type) IN ('image', 'scene_image') THEN 0
             WHEN g.space_id = 'root' THEN COALESCE(s.frame_count, r.frame_count) - 1
             ELSE s.frame_count - 1 END AS last_frame
    FROM current_label_row AS r
    JOIN classification_instance AS i ON i.label_hash = r.label_hash
    JOIN classification_range AS g ON g.label_hash = i.label_hash AND g.classification_hash = i.classification_hash
    LEFT JOIN ontology_class AS c ON c.project_hash = r.project_hash AND c.feature_hash = i.feature_hash
    LEFT JOIN data_space AS s ON s.label_hash = g.label_hash AND s.space_id = g.space_id
    WHERE COALESCE(c.is_archived, FALSE) = FALSE
      AND (g.range_unit = 'frame'
           OR (g.range_unit = 'whole'
               AND COALESCE(s.space_type, r.data_type)
                   NOT IN ('audio', 'plain_text', 'text', 'html', 'time_series', 'group')))
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
    a.branch_role,
    a.annotator,
    a.is_submitted,
    p.space_id,
    n.frame,
    p.feature_hash,
    a.attribute_feature_hash,
    a.question,
    a.answer_type,
    a.depth,
    a.parent_option_hash,
    -- Of two instances of one question on a frame the first answer in order counts.
    MIN(a.answer COLLATE "C") AS answer,
    MIN(a.answer_label COLLATE "C") AS answer_label,
    MIN(a.answer_number) AS answer_number,
    MIN(a.full_answer COLLATE "C") AS full_answer,
    MIN(a.full_answer_label COLLATE "C") AS full_answer_label
FROM consensus_instance_answer AS a
JOIN placed AS p ON p.label_hash = a.label_hash AND p.classification_hash = a.classification_hash
JOIN frame_number AS n ON n.frame BETWEEN p.first_frame AND p.last_frame
WHERE a.is_event_based = FALSE
GROUP BY
    a.project_hash, a.project_title, a.data_hash, a.data_title, a.dataset_title, a.data_type, a.branch_name,
    a.label_hash, a.label_row_id, a.branch_role, a.annotator, a.is_submitted, p.space_id, n.frame, p.feature_hash,
    a.attribute_feature_hash, a.question, a.answer_type, a.depth, a.parent_option_hash;

COMMENT ON VIEW consensus_answer IS
    'One row the answer of a branch to a classification''s question on a frame, nested questions, main and unsubmitted branches too. Audio, text and continuous scenes have no frames.';
COMMENT ON COLUMN consensus_answer.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_answer.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_answer.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN consensus_answer.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN consensus_answer.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN consensus_answer.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN consensus_answer.branch_name IS 'The branch.';
COMMENT ON COLUMN consensus_answer.label_hash IS 'Encord''s id of the label row.';
COMMENT ON COLUMN consensus_answer.label_row_id IS 'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN consensus_answer.branch_role IS
    'main; annotator (named by a consensus task, or beginning with encord-); other: predictions, snapshots, … are never compared.';
COMMENT ON COLUMN consensus_answer.annotator IS 'Whose branch it is; main for main.';
COMMENT ON COLUMN consensus_answer.is_submitted IS
    'Whether its annotator has submitted it: by the task''s status while it is in the annotation stage, else because it has left that stage. NULL for other branches.';
COMMENT ON COLUMN consensus_answer.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN consensus_answer.frame IS 'Frame from 0; image, slice or page number.';
COMMENT ON COLUMN consensus_answer.feature_hash IS 'The ontology class, case-sensitive.';
COMMENT ON COLUMN consensus_answer.attribute_feature_hash IS
    'The question''s id (table ontology_attribute), case-sensitive.';
COMMENT ON COLUMN consensus_answer.question IS 'The question as the ontology words it now.';
COMMENT ON COLUMN consensus_answer.answer_type IS 'radio, checklist, text or numeric.';
COMMENT ON COLUMN consensus_answer.depth IS 'How deep the question is nested; 0 for a classification''s own.';
COMMENT ON COLUMN consensus_answer.parent_option_hash IS 'For a nested question the option that opens it.';
COMMENT ON COLUMN consensus_answer.answer IS
    'The answer in its canonical form, to compare: feature hashes of options in the ontology''s order; text trimmed, in lower case.';
COMMENT ON COLUMN consensus_answer.answer_label IS 'The answer to read: option labels, the text, the number.';
COMMENT ON COLUMN consensus_answer.answer_number IS 'The answer to a numeric question.';
COMMENT ON COLUMN consensus_answer.full_answer IS
    'At depth 0 the answer with all that is nested in it, canonical: equal only where all levels are.';
COMMENT ON COLUMN consensus_answer.full_answer_label IS 'That answer to read.';
