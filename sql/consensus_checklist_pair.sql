-- grain: one row a checklist on a frame and two annotators who both answered it
-- after: consensus_vote
CREATE VIEW consensus_checklist_pair AS
WITH given AS MATERIALIZED (
    SELECT
        project_hash, project_title, data_hash, data_title, dataset_title, data_type, space_id, frame, feature_hash,
        attribute_feature_hash, question, annotator COLLATE "C" AS annotator, answer, answer_label
    FROM consensus_vote
    WHERE answer_type = 'checklist' AND answer IS NOT NULL
), pair AS (
    -- Full join, though nothing is unmatched: see consensus_vote.
    SELECT
        a.project_hash, a.project_title, a.data_hash, a.data_title, a.dataset_title, a.data_type, a.space_id, a.frame,
        a.feature_hash, a.attribute_feature_hash, a.question, a.annotator, b.annotator AS other_annotator,
        a.answer, b.answer AS other_answer, a.answer_label, b.answer_label AS other_answer_label
    FROM given AS a
    FULL JOIN given AS b
        ON b.project_hash = a.project_hash AND b.data_hash = a.data_hash AND b.space_id = a.space_id
        AND b.frame = a.frame AND b.attribute_feature_hash = a.attribute_feature_hash
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
    'One row a checklist on a frame and two annotators who both answered it, each pair once.';
COMMENT ON COLUMN consensus_checklist_pair.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_checklist_pair.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_checklist_pair.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN consensus_checklist_pair.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN consensus_checklist_pair.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN consensus_checklist_pair.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN consensus_checklist_pair.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN consensus_checklist_pair.frame IS 'Frame from 0; image, slice or page number.';
COMMENT ON COLUMN consensus_checklist_pair.feature_hash IS 'The ontology class, case-sensitive.';
COMMENT ON COLUMN consensus_checklist_pair.attribute_feature_hash IS
    'The question''s id (table ontology_attribute), case-sensitive.';
COMMENT ON COLUMN consensus_checklist_pair.question IS 'The question as the ontology words it now.';
COMMENT ON COLUMN consensus_checklist_pair.annotator IS 'The annotator whose name comes first.';
COMMENT ON COLUMN consensus_checklist_pair.other_annotator IS 'The other one.';
COMMENT ON COLUMN consensus_checklist_pair.answer_label IS 'What the first ticked.';
COMMENT ON COLUMN consensus_checklist_pair.other_answer_label IS 'What the other ticked.';
COMMENT ON COLUMN consensus_checklist_pair.n_both_ticked IS 'Options that both ticked.';
COMMENT ON COLUMN consensus_checklist_pair.n_either_ticked IS 'Options that either ticked.';
COMMENT ON COLUMN consensus_checklist_pair.jaccard IS 'n_both_ticked over n_either_ticked, 0 to 1.';
