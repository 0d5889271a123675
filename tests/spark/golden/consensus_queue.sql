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
    project_hash,
    data_hash,
    MAX(last_submitted_at) AS last_submitted_at
  FROM team.encord_internal.task_moment AS task_moment
  WHERE
    is_of_consensus
  GROUP BY
    project_hash,
    data_hash
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
  u.project_hash,
  u.project_title,
  u.data_hash,
  u.data_title,
  u.dataset_title,
  u.data_type,
  CASE r.place
    WHEN 0
    THEN 'objects_without_majority'
    WHEN 1
    THEN 'answers_without_majority'
    WHEN 2
    THEN CASE WHEN u.all_empty THEN 'all_empty' ELSE 'empty_submission' END
    ELSE 'one_annotator_only'
  END AS reason,
  CASE r.place
    WHEN 0
    THEN u.n_objects
    WHEN 1
    THEN u.n_answers
    WHEN 2
    THEN u.n_submitted_empty
    ELSE u.n_submitted
  END AS n,
  CASE r.place
    WHEN 0
    THEN u.first_frame_of_objects
    WHEN 1
    THEN u.first_frame_of_answers
  END AS first_frame,
  CASE r.place WHEN 0 THEN u.worst_vote_share WHEN 1 THEN u.worst_answer END AS worst_agreement,
  u.disagreement,
  u.waiting_since,
  u.share_by_extent
FROM unit AS u
CROSS JOIN VALUES
  (0),
  (1),
  (2),
  (3) AS r(place)
WHERE
  CASE r.place
    WHEN 0
    THEN u.n_objects > 0
    WHEN 1
    THEN u.n_answers > 0
    WHEN 2
    THEN u.n_submitted_empty > 0
    ELSE u.n_submitted = 1
  END;
