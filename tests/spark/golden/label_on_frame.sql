CREATE OR REPLACE VIEW team.encord.label_on_frame COMMENT 'One row per label, object or classification, on a frame and answer of its attributes (a label without answers has one row): the columns of Encord\'s export page.' AS
SELECT
  o.project_hash,
  o.project_title,
  o.data_hash,
  o.data_title,
  o.dataset_title,
  o.data_type,
  o.branch_name,
  o.label_hash,
  o.label_row_id,
  o.workflow_stage_title,
  o.space_id,
  o.frame,
  'object' AS label_kind,
  o.object_hash,
  o.object_name,
  o.feature_hash,
  o.object_uid AS uid,
  o.object_color,
  o.ontology_shape,
  CAST(NULL AS STRING) AS classification_hash,
  CAST(NULL AS STRING) AS classification_name,
  CAST(NULL AS STRING) AS classification_answer,
  CAST(NULL AS STRING) AS classification_answer_hash,
  a.attribute_name,
  a.attribute_feature_hash,
  a.attribute_answer,
  a.attribute_answer_feature_hash,
  o.x,
  o.y,
  o.width,
  o.height,
  o.rotation,
  o.x_pixels,
  o.y_pixels,
  o.width_pixels,
  o.height_pixels,
  o.geometry,
  o.confidence,
  o.is_manual,
  o.created_at,
  o.created_by,
  o.last_edited_at,
  o.last_edited_by
FROM team.encord.object_on_frame AS o
LEFT JOIN team.encord_internal.named_answer AS a
  ON a.label_hash = o.label_hash
  AND a.data_title = o.data_title
  AND a.branch_name = o.branch_name
  AND a.owner_hash = o.object_hash
  AND a.owner_kind = 'object'
  AND o.frame >= COALESCE(a.frame_start, 0)
  AND o.frame <= COALESCE(a.frame_end, 9223372036854775807)
  AND o.space_id >= CASE WHEN a.frame_start IS NULL THEN '' ELSE a.space_id END
  AND o.space_id <= CASE WHEN a.frame_start IS NULL THEN '􏿿' ELSE a.space_id END
UNION ALL
SELECT
  c.project_hash,
  c.project_title,
  c.data_hash,
  c.data_title,
  c.dataset_title,
  c.data_type,
  c.branch_name,
  c.label_hash,
  c.label_row_id,
  c.workflow_stage_title,
  c.space_id,
  c.frame,
  'classification' AS label_kind,
  CAST(NULL AS STRING) AS object_hash,
  CAST(NULL AS STRING) AS object_name,
  c.feature_hash,
  c.classification_uid AS uid,
  CAST(NULL AS STRING) AS object_color,
  CAST(NULL AS STRING) AS ontology_shape,
  c.classification_hash,
  c.classification_name,
  c.classification_answer,
  c.classification_answer_hash,
  a.attribute_name,
  a.attribute_feature_hash,
  a.attribute_answer,
  a.attribute_answer_feature_hash,
  CAST(NULL AS DOUBLE) AS x,
  CAST(NULL AS DOUBLE) AS y,
  CAST(NULL AS DOUBLE) AS width,
  CAST(NULL AS DOUBLE) AS height,
  CAST(NULL AS DOUBLE) AS rotation,
  CAST(NULL AS DOUBLE) AS x_pixels,
  CAST(NULL AS DOUBLE) AS y_pixels,
  CAST(NULL AS DOUBLE) AS width_pixels,
  CAST(NULL AS DOUBLE) AS height_pixels,
  CAST(NULL AS STRING) AS geometry,
  c.confidence,
  c.is_manual,
  c.created_at,
  c.created_by,
  c.last_edited_at,
  c.last_edited_by
FROM team.encord.classification_on_frame AS c
LEFT JOIN team.encord_internal.named_answer AS a
  ON a.label_hash = c.label_hash
  AND a.data_title = c.data_title
  AND a.branch_name = c.branch_name
  AND a.owner_hash = c.classification_hash
  AND a.owner_kind = 'classification'
  AND a.depth > 0;
