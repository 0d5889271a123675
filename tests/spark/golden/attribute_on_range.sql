CREATE OR REPLACE VIEW team.encord.attribute_on_range COMMENT 'One row per answer of an attribute of an object placed on ranges, or of a classification\'s nested attribute, and range.' AS
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
  'object' AS label_kind,
  o.object_hash,
  o.object_name,
  CAST(NULL AS STRING) AS classification_hash,
  CAST(NULL AS STRING) AS classification_name,
  o.feature_hash,
  o.range_position,
  o.range_start,
  o.range_end,
  o.range_unit,
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
  a.answer_position,
  a.frame_start AS answer_start,
  a.frame_end AS answer_end
FROM team.encord.object_on_range AS o
JOIN team.encord_internal.named_answer AS a
  ON a.label_hash = o.label_hash
  AND a.data_title = o.data_title
  AND a.branch_name = o.branch_name
  AND a.owner_hash = o.object_hash
  AND a.owner_kind = 'object'
  AND (
    a.frame_start IS NULL OR a.space_id = o.space_id
  )
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
  'classification' AS label_kind,
  CAST(NULL AS STRING) AS object_hash,
  CAST(NULL AS STRING) AS object_name,
  c.classification_hash,
  c.classification_name,
  c.feature_hash,
  c.range_position,
  c.frame_start AS range_start,
  c.frame_end AS range_end,
  c.range_unit,
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
  a.answer_position,
  a.frame_start AS answer_start,
  a.frame_end AS answer_end
FROM team.encord.classification_on_range AS c
JOIN team.encord_internal.named_answer AS a
  ON a.label_hash = c.label_hash
  AND a.data_title = c.data_title
  AND a.branch_name = c.branch_name
  AND a.owner_hash = c.classification_hash
  AND a.owner_kind = 'classification'
  AND a.depth > 0;
