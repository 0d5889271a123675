CREATE OR REPLACE VIEW team.encord.class_balance COMMENT 'One row per class of a project\'s ontology, unused ones too: how often main has it.' AS
SELECT
  c.project_hash,
  p.title AS project_title,
  c.feature_hash,
  c.kind AS class_kind,
  c.name AS class_name,
  c.shape AS ontology_shape,
  c.position AS class_position,
  COALESCE(n.n_instances, 0) AS n_instances,
  COALESCE(n.n_data_units, 0) AS n_data_units,
  CAST(COALESCE(n.n_on_frames, 0) AS BIGINT) AS n_on_frames
FROM team.encord.ontology_class AS c
JOIN team.encord.project AS p
  ON p.project_hash = c.project_hash
LEFT JOIN (
  SELECT
    r.project_hash,
    i.feature_hash,
    COUNT(*) AS n_instances,
    COUNT(DISTINCT r.data_hash) AS n_data_units,
    SUM(i.n_on_frames) AS n_on_frames
  FROM team.encord.current_label_row AS r
  JOIN (
    SELECT
      o.label_hash,
      o.feature_hash,
      a.n_on_frames
    FROM team.encord.object_instance AS o
    LEFT JOIN (
      SELECT
        label_hash,
        object_hash,
        COUNT(*) AS n_on_frames
      FROM team.encord.object_annotation AS object_annotation
      WHERE
        COALESCE(event, 'upsert') <> 'delete'
      GROUP BY
        label_hash,
        object_hash
    ) AS a
      ON a.label_hash = o.label_hash AND a.object_hash = o.object_hash
    UNION ALL
    SELECT
      label_hash,
      feature_hash,
      NULL
    FROM team.encord.classification_instance AS classification_instance
  ) AS i
    ON i.label_hash = r.label_hash
  WHERE
    r.branch_name = 'main'
  GROUP BY
    r.project_hash,
    i.feature_hash
) AS n
  ON n.project_hash = c.project_hash AND n.feature_hash = c.feature_hash
WHERE
  NOT c.is_archived AND p.deleted_at IS NULL;
