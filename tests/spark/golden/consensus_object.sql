CREATE OR REPLACE VIEW team.encord_internal.consensus_object COMMENT 'One row per object on a frame, of a branch that is compared with another: what has an area in two dimensions, frames of continuous scenes left out.' AS
WITH threshold AS (
  SELECT
    project_hash,
    feature_hash,
    MAX(min_iou) AS min_iou
  FROM team.encord.consensus_threshold AS consensus_threshold
  GROUP BY
    project_hash,
    feature_hash
)
SELECT
  r.project_hash,
  r.project_title,
  r.data_hash,
  r.data_title,
  r.dataset_title,
  r.data_type,
  r.branch_name,
  o.label_hash,
  r.label_row_id,
  r.branch_role,
  r.annotator,
  o.space_id,
  o.frame,
  o.object_hash,
  c.name AS object_name,
  i.feature_hash,
  i.shape,
  o.x_min,
  o.y_min,
  o.x_max,
  o.y_max,
  COALESCE(own.min_iou, of_class.min_iou, of_project.min_iou, of_all.min_iou, CAST(0.5 AS DOUBLE)) AS min_iou
FROM team.encord.consensus_branch AS r
JOIN team.encord.object_annotation AS o
  ON o.label_hash = r.label_hash
JOIN team.encord.object_instance AS i
  ON i.label_hash = o.label_hash AND i.object_hash = o.object_hash
LEFT JOIN team.encord.ontology_class AS c
  ON c.project_hash = r.project_hash AND c.feature_hash = i.feature_hash
LEFT JOIN threshold AS own
  ON own.project_hash = r.project_hash AND own.feature_hash = i.feature_hash
LEFT JOIN threshold AS of_class
  ON of_class.project_hash = '*' AND of_class.feature_hash = i.feature_hash
LEFT JOIN threshold AS of_project
  ON of_project.project_hash = r.project_hash AND of_project.feature_hash = '*'
LEFT JOIN threshold AS of_all
  ON of_all.project_hash = '*' AND of_all.feature_hash = '*'
WHERE
  (
    r.branch_role = 'main' OR r.is_submitted
  )
  AND r.is_event_based = FALSE
  AND COALESCE(c.is_archived, FALSE) = FALSE
  AND o.x_max > o.x_min + 1e-9
  AND o.y_max > o.y_min + 1e-9
  AND o.x_min > -1e6
  AND o.y_min > -1e6
  AND o.x_max < 1e6
  AND o.y_max < 1e6;
