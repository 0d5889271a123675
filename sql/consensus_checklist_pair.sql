-- subject: consensus
-- key: project_hash data_hash space_id frame attribute_feature_hash annotator other_annotator
CREATE VIEW consensus_checklist_pair AS
WITH given AS MATERIALIZED (
    SELECT
        project_hash, project_title, data_hash, data_title, dataset_title, data_type, space_id, frame, feature_hash,
        attribute_feature_hash, question, annotator COLLATE "C" AS annotator, answer, answer_label
    FROM consensus_vote
    WHERE answer_type = 'checklist' AND answer IS NOT NULL
), pair AS (
    -- Full join with USING, though nothing is unmatched: see consensus_branch.
    SELECT
        project_hash, a.project_title, data_hash, a.data_title, a.dataset_title, a.data_type, space_id, frame,
        a.feature_hash, attribute_feature_hash, a.question, a.annotator, b.annotator AS other_annotator,
        a.answer, b.answer AS other_answer, a.answer_label, b.answer_label AS other_answer_label
    FROM given AS a
    FULL JOIN given AS b USING (project_hash, data_hash, space_id, frame, attribute_feature_hash)
    WHERE COALESCE(a.annotator, '') < COALESCE(b.annotator, '')
), counted AS (
    SELECT
        *,
        ARRAY_LENGTH(STRING_TO_ARRAY(answer, '; '), 1) AS n_ticked,
        ARRAY_LENGTH(STRING_TO_ARRAY(other_answer, '; '), 1) AS n_other_ticked,
        (SELECT COUNT(*)
         FROM UNNEST(STRING_TO_ARRAY(pair.answer, '; ')) AS ticked(option_hash)
         WHERE STRPOS('; ' || pair.other_answer || '; ', '; ' || ticked.option_hash || '; ') > 0) AS n_both_ticked
    FROM pair
)
SELECT
    project_hash,
    project_title,
    data_hash,
    data_title,
    dataset_title,
    data_type,
    space_id,
    frame,
    feature_hash,
    attribute_feature_hash,
    question,
    annotator,
    other_annotator,
    answer_label,
    other_answer_label,
    CAST(n_both_ticked AS BIGINT) AS n_both_ticked,
    CAST(n_ticked + n_other_ticked - n_both_ticked AS BIGINT) AS n_either_ticked,
    CAST(n_both_ticked AS DOUBLE PRECISION) / (n_ticked + n_other_ticked - n_both_ticked) AS jaccard
FROM counted;

COMMENT ON VIEW consensus_checklist_pair IS
    'One row per checklist on a frame and two annotators who both answered it, each pair once.';
