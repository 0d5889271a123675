CREATE OR REPLACE VIEW team.encord.consensus_vote COMMENT 'One row per question on a frame that any annotator answered, and a submitted branch: its answer, or NULL where it was left open. A nested question counts for the branches whose answer opens it.' AS
WITH given AS (
  SELECT
    *
  FROM team.encord_internal.consensus_answer AS consensus_answer
  WHERE
    is_submitted
), branch AS (
  SELECT
    *
  FROM team.encord.consensus_branch AS consensus_branch
  WHERE
    is_submitted
), answered AS (
  SELECT
    project_hash,
    data_hash,
    space_id,
    frame,
    feature_hash,
    attribute_feature_hash,
    question,
    answer_type
  FROM given
  WHERE
    depth = 0
  GROUP BY
    project_hash,
    data_hash,
    space_id,
    frame,
    feature_hash,
    attribute_feature_hash,
    question,
    answer_type
), asked AS (
  SELECT
    project_hash,
    project_title,
    data_hash,
    data_title,
    dataset_title,
    data_type,
    branch_name,
    label_hash,
    label_row_id,
    annotator,
    space_id,
    frame,
    feature_hash,
    attribute_feature_hash,
    question,
    answer_type,
    depth,
    answer,
    answer_label,
    answer_number,
    full_answer,
    full_answer_label,
    1 AS is_given
  FROM given
  UNION ALL
  SELECT
    project_hash,
    b.project_title,
    data_hash,
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
    i.attribute_feature_hash,
    i.question,
    i.answer_type,
    0,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    0
  FROM answered AS i
  FULL JOIN branch AS b
    USING (project_hash, data_hash)
  WHERE
    COALESCE(i.frame, -1) >= 0
  UNION ALL
  SELECT
    g.project_hash,
    g.project_title,
    g.data_hash,
    g.data_title,
    g.dataset_title,
    g.data_type,
    g.branch_name,
    g.label_hash,
    g.label_row_id,
    g.annotator,
    g.space_id,
    g.frame,
    g.feature_hash,
    t.feature_hash,
    t.name,
    t.answer_type,
    t.depth,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    0
  FROM given AS g
  JOIN team.encord.ontology_attribute AS t
    ON t.project_hash = g.project_hash AND t.parent_option_hash = g.answer
  WHERE
    t.is_archived = FALSE
), voted AS (
  SELECT
    project_hash,
    MAX(project_title) AS project_title,
    data_hash,
    MAX(data_title) AS data_title,
    MAX(dataset_title) AS dataset_title,
    MAX(data_type) AS data_type,
    MAX(branch_name) AS branch_name,
    MAX(label_hash) AS label_hash,
    label_row_id,
    MAX(annotator) AS annotator,
    space_id,
    frame,
    MAX(feature_hash) AS feature_hash,
    attribute_feature_hash,
    MAX(question) AS question,
    MAX(answer_type) AS answer_type,
    MAX(depth) AS depth,
    MAX(answer) AS answer,
    MAX(answer_label) AS answer_label,
    MAX(answer_number) AS answer_number,
    MAX(full_answer) AS full_answer,
    MAX(full_answer_label) AS full_answer_label,
    SUM(SUM(is_given)) OVER (PARTITION BY project_hash, data_hash, space_id, frame, attribute_feature_hash) AS n_given
  FROM asked
  GROUP BY
    project_hash,
    data_hash,
    label_row_id,
    space_id,
    frame,
    attribute_feature_hash
)
SELECT
  project_hash,
  project_title,
  data_hash,
  data_title,
  dataset_title,
  data_type,
  branch_name,
  label_hash,
  label_row_id,
  annotator,
  space_id,
  frame,
  feature_hash,
  attribute_feature_hash,
  question,
  answer_type,
  depth,
  answer,
  answer_label,
  answer_number,
  full_answer,
  full_answer_label
FROM voted
WHERE
  n_given > 0;
