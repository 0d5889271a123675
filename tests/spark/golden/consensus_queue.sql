CREATE OR REPLACE VIEW team.encord.consensus_queue COMMENT 'One row per data unit that awaits review, and a reason to look at it closely. One without a row here has nothing that its annotators disagree on by vote.' AS
WITH counted AS (
  SELECT
    project_hash,
    data_hash,
    n_found,
    COUNT(*) AS n_objects,
    MIN(frame) AS first_frame,
    SUM(score_sum) AS score_sum,
    SUM(n_placed) AS n_placed,
    SUM(n_by_extent) AS n_by_extent
  FROM team.encord_internal.consensus_compared_object AS consensus_compared_object
  WHERE
    thing > 0
  GROUP BY
    project_hash,
    data_hash,
    n_found
), thing AS (
  SELECT
    project_hash,
    data_hash,
    CAST(SUM(CASE WHEN is_majority THEN 0 ELSE n_objects END) AS BIGINT) AS n,
    MIN(CASE WHEN NOT is_majority THEN first_frame END) AS first_frame,
    MIN(CASE WHEN NOT is_majority THEN vote_share END) AS worst_agreement,
    SUM(score_sum) / NULLIF(CAST(SUM(n_objects * (
      n_branches - 1
    )) AS DOUBLE), 0) AS object_agreement,
    CAST(SUM(n_by_extent) AS DOUBLE) / NULLIF(SUM(n_placed), 0) AS share_by_extent
  FROM (
    SELECT
      c.*,
      u.n_submitted AS n_branches,
      2 * (
        1 + c.n_found
      ) > u.n_submitted AS is_majority,
      CAST(1 + c.n_found AS DOUBLE) / NULLIF(u.n_submitted, 0) AS vote_share
    FROM counted AS c
    JOIN team.encord_internal.consensus_unit_state AS u
      ON u.project_hash = c.project_hash AND u.data_hash = c.data_hash
  ) AS voted
  GROUP BY
    project_hash,
    data_hash
), item AS (
  SELECT
    project_hash,
    data_hash,
    COUNT(*) FILTER(WHERE
      NOT has_majority) AS n,
    MIN(frame) FILTER(WHERE
      NOT has_majority) AS first_frame,
    MIN(agreement) FILTER(WHERE
      NOT has_majority) AS worst_agreement,
    AVG(agreement) AS answer_agreement
  FROM team.encord.consensus_item AS consensus_item
  GROUP BY
    project_hash,
    data_hash
), submitted AS (
  SELECT
    a.project_hash,
    a.data_hash,
    MAX(a.acted_at) AS last_submitted_at
  FROM team.encord.task_action AS a
  JOIN team.encord.workflow_stage AS s
    ON s.project_hash = a.project_hash AND s.stage_uuid = a.workflow_stage_uuid
  WHERE
    s.stage_type = 'CONSENSUS_ANNOTATION' AND a.action_type = 'submit'
  GROUP BY
    a.project_hash,
    a.data_hash
), unit AS (
  SELECT
    project_hash,
    u.project_title,
    data_hash,
    u.data_title,
    u.dataset_title,
    u.data_type,
    u.n_submitted,
    u.n_submitted_empty,
    u.all_empty,
    t.n AS n_objects,
    t.first_frame AS first_frame_of_objects,
    t.worst_agreement AS worst_vote_share,
    i.n AS n_answers,
    i.first_frame AS first_frame_of_answers,
    i.worst_agreement AS worst_answer,
    FLOOR(
      (
        1 - COALESCE(t.object_agreement, i.answer_agreement)
      ) * 1e9 + CAST(0.5001 AS DOUBLE)
    ) / 1e9 AS disagreement,
    FLOOR(t.share_by_extent * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9 AS share_by_extent,
    COALESCE(s.last_submitted_at, u.last_annotated_at) AS waiting_since
  FROM team.encord_internal.consensus_unit_state AS u
  FULL JOIN thing AS t
    USING (project_hash, data_hash)
  FULL JOIN item AS i
    USING (project_hash, data_hash)
  FULL JOIN submitted AS s
    USING (project_hash, data_hash)
  WHERE
    COALESCE(u.consensus_state, '') = 'awaiting_review'
)
SELECT
  project_hash,
  project_title,
  data_hash,
  data_title,
  dataset_title,
  data_type,
  'objects_without_majority' AS reason,
  n_objects AS n,
  first_frame_of_objects AS first_frame,
  worst_vote_share AS worst_agreement,
  disagreement,
  waiting_since,
  share_by_extent
FROM unit
WHERE
  n_objects > 0
UNION ALL
SELECT
  project_hash,
  project_title,
  data_hash,
  data_title,
  dataset_title,
  data_type,
  'answers_without_majority',
  n_answers,
  first_frame_of_answers,
  worst_answer,
  disagreement,
  waiting_since,
  share_by_extent
FROM unit
WHERE
  n_answers > 0
UNION ALL
SELECT
  project_hash,
  project_title,
  data_hash,
  data_title,
  dataset_title,
  data_type,
  CASE WHEN all_empty THEN 'all_empty' ELSE 'empty_submission' END,
  n_submitted_empty,
  CAST(NULL AS BIGINT),
  CAST(NULL AS DOUBLE),
  disagreement,
  waiting_since,
  share_by_extent
FROM unit
WHERE
  n_submitted_empty > 0
UNION ALL
SELECT
  project_hash,
  project_title,
  data_hash,
  data_title,
  dataset_title,
  data_type,
  'one_annotator_only',
  n_submitted,
  CAST(NULL AS BIGINT),
  CAST(NULL AS DOUBLE),
  disagreement,
  waiting_since,
  share_by_extent
FROM unit
WHERE
  n_submitted = 1;
