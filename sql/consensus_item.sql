-- grain: one row a question on a frame
-- after: consensus_vote consensus_answer consensus_unit_state
CREATE VIEW consensus_item AS
WITH counted AS MATERIALIZED (
    SELECT
        project_hash, project_title, data_hash, data_title, dataset_title, data_type, space_id, frame, feature_hash,
        question, answer_type, answer, MIN(answer_label) AS answer_label, CAST(COUNT(*) AS BIGINT) AS n
    FROM consensus_vote
    GROUP BY
        project_hash, project_title, data_hash, data_title, dataset_title, data_type, space_id, frame, feature_hash,
        question, answer_type, answer
), placed AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY project_hash, data_hash, space_id, frame, feature_hash
            ORDER BY CASE WHEN answer IS NULL THEN 1 ELSE 0 END, n DESC, answer
        ) AS place,
        MAX(CASE WHEN answer IS NULL THEN 0 ELSE n END) OVER (
            PARTITION BY project_hash, data_hash, space_id, frame, feature_hash
        ) AS top_votes
    FROM counted
), item AS (
    SELECT
        project_hash, project_title, data_hash, data_title, dataset_title, data_type, space_id, frame, feature_hash,
        question, answer_type,
        CAST(SUM(n) AS BIGINT) AS n_branches,
        CAST(SUM(CASE WHEN answer IS NULL THEN 0 ELSE n END) AS BIGINT) AS n_answers,
        MAX(CASE WHEN place = 1 THEN answer END) AS top_answer,
        MAX(CASE WHEN place = 1 THEN answer_label END) AS top_answer_label,
        MAX(top_votes) AS top_votes,
        SUM(CASE WHEN answer IS NOT NULL AND n = top_votes THEN 1 ELSE 0 END) AS n_top,
        CAST(SUM(CASE WHEN answer IS NULL THEN 0 ELSE n * (n - 1) END) AS DOUBLE PRECISION) AS equal_answers,
        CAST(SUM(n * (n - 1)) AS DOUBLE PRECISION) AS equal_strict
    FROM placed
    GROUP BY
        project_hash, project_title, data_hash, data_title, dataset_title, data_type, space_id, frame, feature_hash,
        question, answer_type
)
SELECT
    i.project_hash,
    i.project_title,
    i.data_hash,
    i.data_title,
    i.dataset_title,
    i.data_type,
    i.space_id,
    i.frame,
    i.feature_hash,
    i.question,
    i.answer_type,
    i.n_branches,
    i.n_answers,
    i.top_answer,
    i.top_answer_label,
    i.top_votes,
    i.n_top > 1 AS is_tie,
    2 * i.top_votes > i.n_branches AS has_majority,
    i.equal_answers / NULLIF(i.n_answers * (i.n_answers - 1), 0) AS agreement,
    i.equal_strict / NULLIF(i.n_branches * (i.n_branches - 1), 0) AS agreement_strict,
    m.answer AS main_answer
FROM item AS i
JOIN consensus_unit_state AS u ON u.project_hash = i.project_hash AND u.data_hash = i.data_hash
LEFT JOIN consensus_answer AS m
    ON m.project_hash = i.project_hash AND m.data_hash = i.data_hash AND m.branch_role = 'main'
    AND u.consensus_state = 'reached'
    AND m.space_id = i.space_id AND m.frame = i.frame AND m.feature_hash = i.feature_hash;

COMMENT ON VIEW consensus_item IS
    'One row a question on a frame that any annotator answered: how the answers fall.';
COMMENT ON COLUMN consensus_item.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_item.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_item.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN consensus_item.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN consensus_item.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN consensus_item.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN consensus_item.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN consensus_item.frame IS 'Frame from 0; image, slice or page number.';
COMMENT ON COLUMN consensus_item.feature_hash IS 'The ontology class, case-sensitive.';
COMMENT ON COLUMN consensus_item.question IS 'The question: the classification''s title, as the ontology words it now.';
COMMENT ON COLUMN consensus_item.answer_type IS 'radio, checklist, text or numeric.';
COMMENT ON COLUMN consensus_item.n_branches IS 'Submitted branches of the data unit.';
COMMENT ON COLUMN consensus_item.n_answers IS 'Answers given.';
COMMENT ON COLUMN consensus_item.top_answer IS
    'The answer given most often (of several the first in order), canonical.';
COMMENT ON COLUMN consensus_item.top_answer_label IS 'The answer given most often, to read.';
COMMENT ON COLUMN consensus_item.top_votes IS 'How often it was given.';
COMMENT ON COLUMN consensus_item.is_tie IS 'Whether another answer was given as often.';
COMMENT ON COLUMN consensus_item.has_majority IS 'Whether more than half of the branches gave it.';
COMMENT ON COLUMN consensus_item.agreement IS
    'Share of the pairs of given answers that are equal; NULL with fewer than two.';
COMMENT ON COLUMN consensus_item.agreement_strict IS 'The same where an open answer counts as an answer of its own.';
COMMENT ON COLUMN consensus_item.main_answer IS 'The answer on the main branch, canonical, once consensus is reached.';
