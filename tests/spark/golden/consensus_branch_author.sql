CREATE OR REPLACE VIEW team.encord_internal.consensus_branch_author COMMENT 'One row per branch other than main that no consensus task names an annotator of, and all of whose labels are by one person.' AS
WITH unnamed AS (
  SELECT
    *
  FROM team.encord.current_label_row AS r
  WHERE
    r.branch_name <> 'main'
    AND NOT r.label_hash IS NULL
    AND NOT EXISTS(
      SELECT
        1
      FROM team.encord.consensus_task_branch AS t
      WHERE
        t.project_hash = r.project_hash
        AND t.data_hash = r.data_hash
        AND t.branch_name = r.branch_name
        AND NOT t.annotator_email IS NULL
    )
)
SELECT
  r.project_hash,
  r.project_title,
  r.data_hash,
  r.data_title,
  r.dataset_title,
  r.data_type,
  r.branch_name,
  r.label_hash,
  r.label_row_id,
  a.author_email
FROM unnamed AS r
JOIN (
  SELECT
    label_hash,
    MIN(created_by) AS author_email
  FROM (
    SELECT
      o.label_hash,
      o.created_by
    FROM unnamed AS u
    JOIN team.encord.object_annotation AS o
      ON o.label_hash = u.label_hash
    UNION ALL
    SELECT
      i.label_hash,
      i.created_by
    FROM unnamed AS u
    JOIN team.encord.object_instance AS i
      ON i.label_hash = u.label_hash
    UNION ALL
    SELECT
      c.label_hash,
      c.created_by
    FROM unnamed AS u
    JOIN team.encord.classification_instance AS c
      ON c.label_hash = u.label_hash
  ) AS label
  GROUP BY
    label_hash
  HAVING
    MIN(created_by) = MAX(created_by)
) AS a
  ON a.label_hash = r.label_hash;
