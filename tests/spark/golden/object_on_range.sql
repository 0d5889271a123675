CREATE OR REPLACE VIEW team.encord.object_on_range COMMENT 'One row per range of an object that is placed on ranges: audio, text, HTML, time series, point clouds.' AS
SELECT
  r.project_hash,
  r.project_title,
  r.data_hash,
  r.data_title,
  r.dataset_title,
  r.data_type,
  r.branch_name,
  p.label_hash,
  r.label_row_id,
  r.workflow_stage_title,
  p.space_id,
  p.object_hash,
  c.name AS object_name,
  i.feature_hash,
  c.uid AS object_uid,
  c.color AS object_color,
  c.shape AS ontology_shape,
  i.object_number,
  p.position AS range_position,
  p.range_start,
  p.range_end,
  p.range_unit,
  p.start_xpath,
  p.start_offset,
  p.end_xpath,
  p.end_offset,
  i.confidence,
  i.is_manual,
  i.created_at,
  i.created_by,
  i.last_edited_at,
  i.last_edited_by
FROM team.encord.object_range AS p
JOIN team.encord.object_instance AS i
  ON i.label_hash = p.label_hash AND i.object_hash = p.object_hash
JOIN team.encord.current_label_row AS r
  ON r.label_hash = p.label_hash
LEFT JOIN team.encord.ontology_class AS c
  ON c.project_hash = r.project_hash AND c.feature_hash = i.feature_hash
WHERE
  COALESCE(c.is_archived, FALSE) = FALSE;
