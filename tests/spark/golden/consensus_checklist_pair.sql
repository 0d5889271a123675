CREATE OR REPLACE VIEW team.encord.consensus_checklist_pair COMMENT 'One row per checklist on a frame and two annotators who both answered it, each pair once.' AS
WITH given AS (
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
    annotator AS annotator,
    answer,
    answer_label
  FROM team.encord.consensus_vote AS consensus_vote
  WHERE
    answer_type = 'checklist' AND NOT answer IS NULL
), pair AS (
  SELECT
    project_hash,
    a.project_title,
    data_hash,
    a.data_title,
    a.dataset_title,
    a.data_type,
    space_id,
    frame,
    a.feature_hash,
    attribute_feature_hash,
    a.question,
    a.annotator,
    b.annotator AS other_annotator,
    a.answer,
    b.answer AS other_answer,
    a.answer_label,
    b.answer_label AS other_answer_label
  FROM given AS a
  FULL JOIN given AS b
    USING (project_hash, data_hash, space_id, frame, attribute_feature_hash)
  WHERE
    COALESCE(a.annotator, '') < COALESCE(b.annotator, '')
), counted AS (
  SELECT
    *,
    ARRAY_SIZE(SPLIT(answer, CONCAT('\\Q', '; ', '\\E'))) AS n_ticked,
    ARRAY_SIZE(SPLIT(other_answer, CONCAT('\\Q', '; ', '\\E'))) AS n_other_ticked,
    ARRAY_SIZE(
      FILTER(
        SPLIT(pair.answer, CONCAT('\\Q', '; ', '\\E')),
        option_hash -> LOCATE('; ' || option_hash || '; ', '; ' || pair.other_answer || '; ') > 0
      )
    ) AS n_both_ticked
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
  CAST(n_both_ticked AS DOUBLE) / (
    n_ticked + n_other_ticked - n_both_ticked
  ) AS jaccard
FROM counted;
