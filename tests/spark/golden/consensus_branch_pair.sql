CREATE OR REPLACE VIEW team.encord_internal.consensus_branch_pair COMMENT 'One row per pair of submitted branches of a data unit, or of one and main once consensus is reached. Unordered: each pair comes once.' AS
SELECT
  project_hash,
  a.project_title,
  data_hash,
  a.data_title,
  a.dataset_title,
  a.data_type,
  a.branch_name,
  a.label_hash,
  a.label_row_id,
  a.annotator,
  b.branch_name AS other_branch_name,
  b.label_hash AS other_label_hash,
  b.label_row_id AS other_label_row_id,
  b.annotator AS other_annotator,
  CASE WHEN b.branch_role = 'main' THEN 'main' ELSE 'peer' END AS pair_kind
FROM team.encord.consensus_branch AS a
FULL JOIN team.encord.consensus_branch AS b
  USING (project_hash, data_hash)
FULL JOIN team.encord_internal.consensus_unit_state AS u
  USING (project_hash, data_hash)
WHERE
  COALESCE(a.branch_role, '') = 'annotator'
  AND COALESCE(a.is_submitted, FALSE)
  AND (
    (
      COALESCE(b.branch_role, '') = 'annotator'
      AND COALESCE(b.is_submitted, FALSE)
      AND COALESCE(a.label_row_id, '') < COALESCE(b.label_row_id, '')
    )
    OR (
      COALESCE(b.branch_role, '') = 'main'
      AND COALESCE(u.consensus_state, '') = 'reached'
    )
  );
