-- grain: one row a branch's answer to a question on a frame
-- after: consensus_branch classification_on_frame
CREATE VIEW consensus_answer AS
SELECT
    b.project_hash,
    b.project_title,
    b.data_hash,
    b.data_title,
    b.dataset_title,
    b.data_type,
    b.branch_name,
    b.label_hash,
    b.label_row_id,
    b.branch_role,
    b.annotator,
    b.is_submitted,
    c.space_id,
    c.frame,
    c.feature_hash,
    MAX(c.classification_name) AS question,
    MAX(c.answer_type) AS answer_type,
    -- Of two instances of one question on a frame the first answer in order counts.
    MIN(COALESCE(c.classification_answer_hash, LOWER(TRIM(c.classification_answer)))) AS answer,
    MIN(c.classification_answer) AS answer_label,
    MIN(c.answer_number) AS answer_number
FROM consensus_branch AS b
JOIN classification_on_frame AS c ON c.label_hash = b.label_hash
WHERE b.branch_role <> 'other' AND b.is_event_based = FALSE AND c.classification_answer IS NOT NULL
GROUP BY
    b.project_hash, b.project_title, b.data_hash, b.data_title, b.dataset_title, b.data_type, b.branch_name,
    b.label_hash, b.label_row_id, b.branch_role, b.annotator, b.is_submitted, c.space_id, c.frame, c.feature_hash;

COMMENT ON VIEW consensus_answer IS
    'One row the answer of a branch to a classification''s question on a frame, main and unsubmitted branches too. Audio, text and continuous scenes have no frames.';
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
COMMENT ON COLUMN consensus_answer.question IS
    'The question: the classification''s title, as the ontology words it now.';
COMMENT ON COLUMN consensus_answer.answer_type IS 'radio, checklist, text or numeric.';
COMMENT ON COLUMN consensus_answer.answer IS
    'The answer in its canonical form, to compare: feature hashes of options in the ontology''s order; text trimmed, in lower case.';
COMMENT ON COLUMN consensus_answer.answer_label IS 'The answer to read: option labels, the text, the number.';
COMMENT ON COLUMN consensus_answer.answer_number IS 'The answer to a numeric question.';
