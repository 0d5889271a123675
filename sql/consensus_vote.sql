-- grain: one row a question on a frame and a submitted branch
-- after: consensus_branch consensus_answer
CREATE VIEW consensus_vote AS
WITH given AS MATERIALIZED (
    SELECT
        project_hash, data_hash, label_row_id, space_id, frame, feature_hash, question, answer_type, answer,
        answer_label, answer_number
    FROM consensus_answer
    WHERE is_submitted
)
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
    b.annotator,
    i.space_id,
    i.frame,
    i.feature_hash,
    i.question,
    i.answer_type,
    a.answer,
    a.answer_label,
    a.answer_number
FROM (
    SELECT
        project_hash, data_hash, space_id, frame, feature_hash,
        MAX(question) AS question, MAX(answer_type) AS answer_type
    FROM given
    GROUP BY project_hash, data_hash, space_id, frame, feature_hash
) AS i
JOIN consensus_branch AS b ON b.project_hash = i.project_hash AND b.data_hash = i.data_hash AND b.is_submitted
LEFT JOIN given AS a
    ON a.label_row_id = b.label_row_id AND a.space_id = i.space_id AND a.frame = i.frame
    AND a.feature_hash = i.feature_hash;

COMMENT ON VIEW consensus_vote IS
    'One row a question on a frame that any annotator answered, and a submitted branch: its answer, or NULL where it was left open.';
COMMENT ON COLUMN consensus_vote.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_vote.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_vote.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN consensus_vote.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN consensus_vote.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN consensus_vote.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN consensus_vote.branch_name IS 'The branch.';
COMMENT ON COLUMN consensus_vote.label_hash IS 'Encord''s id of the label row; NULL while nobody has opened it.';
COMMENT ON COLUMN consensus_vote.label_row_id IS 'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN consensus_vote.annotator IS 'Whose branch it is.';
COMMENT ON COLUMN consensus_vote.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN consensus_vote.frame IS 'Frame from 0; image, slice or page number.';
COMMENT ON COLUMN consensus_vote.feature_hash IS 'The ontology class, case-sensitive.';
COMMENT ON COLUMN consensus_vote.question IS 'The question: the classification''s title, as the ontology words it now.';
COMMENT ON COLUMN consensus_vote.answer_type IS 'radio, checklist, text or numeric.';
COMMENT ON COLUMN consensus_vote.answer IS
    'The answer in its canonical form, to compare: feature hashes of options in the ontology''s order; text trimmed, in lower case. NULL: left open.';
COMMENT ON COLUMN consensus_vote.answer_label IS 'The answer to read; NULL: left open.';
COMMENT ON COLUMN consensus_vote.answer_number IS 'The answer to a numeric question.';
