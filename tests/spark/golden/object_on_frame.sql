CREATE OR REPLACE VIEW team.encord.object_on_frame COMMENT 'One row per object on a frame. In continuous scenes one row an event at which an object appears or moves.' AS
SELECT
  project_hash,
  project_title,
  data_hash,
  data_title,
  dataset_title,
  data_type,
  branch_name,
  label_hash,
  label_row_id,
  workflow_stage_title,
  space_id,
  frame,
  object_hash,
  object_name,
  feature_hash,
  object_uid,
  object_color,
  ontology_shape,
  object_number,
  x,
  y,
  width,
  height,
  rotation,
  x_min,
  y_min,
  x_max,
  y_max,
  x * frame_width AS x_pixels,
  y * frame_height AS y_pixels,
  width * frame_width AS width_pixels,
  height * frame_height AS height_pixels,
  x_min * frame_width AS x_min_pixels,
  y_min * frame_height AS y_min_pixels,
  x_max * frame_width AS x_max_pixels,
  y_max * frame_height AS y_max_pixels,
  frame_width,
  frame_height,
  geometry,
  image_hash,
  image_title,
  confidence,
  is_manual,
  is_deleted,
  created_at,
  created_by,
  last_edited_at,
  last_edited_by
FROM (
  SELECT
    r.project_hash,
    r.project_title,
    r.data_hash,
    r.data_title,
    r.dataset_title,
    r.data_type,
    r.branch_name,
    a.label_hash,
    r.label_row_id,
    r.workflow_stage_title,
    a.space_id,
    a.frame,
    a.object_hash,
    c.name AS object_name,
    i.feature_hash,
    c.uid AS object_uid,
    c.color AS object_color,
    c.shape AS ontology_shape,
    i.object_number,
    a.x,
    a.y,
    a.width,
    a.height,
    a.rotation,
    a.x_min,
    a.y_min,
    a.x_max,
    a.y_max,
    CASE
      WHEN a.space_id = 'root'
      THEN COALESCE(NULLIF(f.width, 0), NULLIF(s.width, 0), r.frame_width)
      ELSE NULLIF(s.width, 0)
    END AS frame_width,
    CASE
      WHEN a.space_id = 'root'
      THEN COALESCE(NULLIF(f.height, 0), NULLIF(s.height, 0), r.frame_height)
      ELSE NULLIF(s.height, 0)
    END AS frame_height,
    a.geometry,
    CASE WHEN a.space_id = 'root' THEN f.image_hash END AS image_hash,
    CASE WHEN a.space_id = 'root' THEN f.title END AS image_title,
    a.confidence,
    a.is_manual,
    a.is_deleted,
    a.created_at,
    a.created_by,
    a.last_edited_at,
    a.last_edited_by
  FROM team.encord.object_annotation AS a
  JOIN team.encord.object_instance AS i
    ON i.label_hash = a.label_hash AND i.object_hash = a.object_hash
  JOIN team.encord.current_label_row AS r
    ON r.label_hash = a.label_hash
  LEFT JOIN team.encord.ontology_class AS c
    ON c.project_hash = r.project_hash AND c.feature_hash = i.feature_hash
  LEFT JOIN team.encord.data_space AS s
    ON s.label_hash = a.label_hash AND s.space_id = a.space_id
  LEFT JOIN team.encord.data_frame AS f
    ON f.project_hash = r.project_hash
    AND f.data_hash = r.data_hash
    AND f.frame = a.frame
  WHERE
    COALESCE(c.is_archived, FALSE) = FALSE
    AND COALESCE(a.event, 'upsert') <> 'delete'
) AS placed;
