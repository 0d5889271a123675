CREATE OR REPLACE VIEW team.encord.attribute_on_frame COMMENT 'One row per answer of an attribute (for a checklist: a ticked option) of an object on a frame that it is on, or of a classification\'s nested attribute.' AS
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
  CAST(NULL AS STRING) AS classification_hash,
  CAST(NULL AS STRING) AS classification_name,
  o.feature_hash,
  a.attribute_name,
  a.attribute_feature_hash,
  a.answer_type,
  a.is_dynamic,
  a.depth,
  a.parent_option_hash,
  a.attribute_answer,
  a.attribute_answer_value,
  a.attribute_answer_feature_hash,
  a.answer_number,
  a.attribute_position,
  a.answer_position
FROM team.encord.object_on_frame AS o
JOIN team.encord_internal.named_answer AS a
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
  c.classification_hash,
  c.classification_name,
  c.feature_hash,
  a.attribute_name,
  a.attribute_feature_hash,
  a.answer_type,
  a.is_dynamic,
  a.depth,
  a.parent_option_hash,
  a.attribute_answer,
  a.attribute_answer_value,
  a.attribute_answer_feature_hash,
  a.answer_number,
  a.attribute_position,
  a.answer_position
FROM team.encord.classification_on_frame AS c
JOIN team.encord_internal.named_answer AS a
  ON a.label_hash = c.label_hash
  AND a.data_title = c.data_title
  AND a.branch_name = c.branch_name
  AND a.owner_hash = c.classification_hash
  AND a.owner_kind = 'classification'
  AND a.depth > 0;
