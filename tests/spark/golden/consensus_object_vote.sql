CREATE OR REPLACE VIEW team.encord.consensus_object_vote COMMENT 'One row per object of an annotator on a frame: how many of the branches have it, in the same class, and which thing it is part of.' AS
SELECT
  b.project_hash,
  b.project_title,
  b.data_hash,
  b.data_title,
  b.dataset_title,
  b.data_type,
  b.branch_name,
  t.label_hash,
  t.label_row_id,
  b.annotator,
  t.space_id,
  t.frame,
  t.object_hash,
  c.name AS object_name,
  t.feature_hash,
  1 + t.n_found AS votes,
  u.n_submitted AS n_branches,
  CAST(1 + t.n_found AS DOUBLE) / NULLIF(u.n_submitted, 0) AS vote_share,
  2 * (
    1 + t.n_found
  ) > u.n_submitted AS is_majority,
  1 + t.n_found = u.n_submitted AS is_unanimous,
  t.data_hash || '/' || t.space_id || '/' || CAST(t.frame AS STRING) || '/' || CAST(t.thing AS STRING) AS cluster_key,
  t.is_medoid,
  t.score_sum,
  t.n_placed,
  t.n_by_extent
FROM team.encord_internal.consensus_compared_object AS t
JOIN team.encord.consensus_branch AS b
  ON b.label_row_id = t.label_row_id
JOIN team.encord_internal.consensus_unit_state AS u
  ON u.project_hash = t.project_hash AND u.data_hash = t.data_hash
LEFT JOIN team.encord.ontology_class AS c
  ON c.project_hash = t.project_hash AND c.feature_hash = t.feature_hash
WHERE
  t.thing > 0;
