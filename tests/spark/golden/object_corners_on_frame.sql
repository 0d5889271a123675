CREATE OR REPLACE VIEW team.encord.object_corners_on_frame COMMENT 'One row per object on a frame, with the four corners of a box, upright or rotated: named as they lie before the turn, which is clockwise about the centre. NULL for other shapes, and for a rotated box on a frame of unknown size.' AS
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
  ontology_shape,
  x,
  y,
  width,
  height,
  rotation,
  geometry,
  top_left_x,
  top_left_y,
  top_right_x,
  top_right_y,
  bottom_right_x,
  bottom_right_y,
  bottom_left_x,
  bottom_left_y,
  top_left_x * frame_width AS top_left_x_pixels,
  top_left_y * frame_height AS top_left_y_pixels,
  top_right_x * frame_width AS top_right_x_pixels,
  top_right_y * frame_height AS top_right_y_pixels,
  bottom_right_x * frame_width AS bottom_right_x_pixels,
  bottom_right_y * frame_height AS bottom_right_y_pixels,
  bottom_left_x * frame_width AS bottom_left_x_pixels,
  bottom_left_y * frame_height AS bottom_left_y_pixels,
  frame_width,
  frame_height
FROM (
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
    ontology_shape,
    x,
    y,
    width,
    height,
    rotation,
    geometry,
    CASE
      WHEN is_turned
      THEN centre_x - across_x + down_x
      WHEN NOT width IS NULL
      THEN x
    END AS top_left_x,
    CASE
      WHEN is_turned
      THEN centre_y - across_y - down_y
      WHEN NOT width IS NULL
      THEN y
    END AS top_left_y,
    CASE WHEN is_turned THEN centre_x + across_x + down_x ELSE x + width END AS top_right_x,
    CASE
      WHEN is_turned
      THEN centre_y + across_y - down_y
      WHEN NOT width IS NULL
      THEN y
    END AS top_right_y,
    CASE WHEN is_turned THEN centre_x + across_x - down_x ELSE x + width END AS bottom_right_x,
    CASE WHEN is_turned THEN centre_y + across_y + down_y ELSE y + height END AS bottom_right_y,
    CASE
      WHEN is_turned
      THEN centre_x - across_x - down_x
      WHEN NOT width IS NULL
      THEN x
    END AS bottom_left_x,
    CASE WHEN is_turned THEN centre_y - across_y + down_y ELSE y + height END AS bottom_left_y,
    frame_width,
    frame_height
  FROM (
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
      ontology_shape,
      x,
      y,
      width,
      height,
      rotation,
      geometry,
      COALESCE(rotation, 0) <> 0 AS is_turned,
      x + width / 2 AS centre_x,
      y + height / 2 AS centre_y,
      width / 2 * COS(RADIANS(rotation)) AS across_x,
      width / 2 * SIN(RADIANS(rotation)) * frame_width / frame_height AS across_y,
      height / 2 * SIN(RADIANS(rotation)) * frame_height / frame_width AS down_x,
      height / 2 * COS(RADIANS(rotation)) AS down_y,
      frame_width,
      frame_height
    FROM team.encord.object_on_frame AS object_on_frame
  ) AS box
) AS corners;
