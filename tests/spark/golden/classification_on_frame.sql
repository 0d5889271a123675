CREATE OR REPLACE VIEW team.encord.classification_on_frame COMMENT 'One row per classification instance on a frame. Ranges are expanded only to the frames that a query asks for; audio, text and continuous scenes have no frames (classification_on_range).' AS
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
  p.space_id,
  n.frame,
  c.classification_hash,
  c.classification_name,
  c.feature_hash,
  c.classification_uid,
  c.is_global,
  c.answer_type,
  c.classification_answer,
  c.classification_answer_value,
  c.classification_answer_hash,
  c.answer_number,
  p.range_unit,
  c.confidence,
  c.is_manual,
  c.created_at,
  c.created_by,
  c.last_edited_at,
  c.last_edited_by
FROM team.encord.classification_answer AS c
JOIN (
  SELECT
    g.label_hash,
    r.data_title,
    r.branch_name,
    g.classification_hash,
    g.space_id,
    g.range_unit,
    CASE WHEN g.range_unit = 'whole' THEN 0 ELSE g.frame_start END AS first_frame,
    CASE
      WHEN g.range_unit <> 'whole'
      THEN g.frame_end
      WHEN COALESCE(s.space_type, r.data_type) IN ('image', 'scene_image')
      THEN 0
      WHEN g.space_id = 'root'
      THEN COALESCE(s.frame_count, r.frame_count) - 1
      ELSE s.frame_count - 1
    END AS last_frame
  FROM team.encord.classification_range AS g
  JOIN team.encord.current_label_row AS r
    ON r.label_hash = g.label_hash
  LEFT JOIN team.encord.data_space AS s
    ON s.label_hash = g.label_hash AND s.space_id = g.space_id
  WHERE
    g.range_unit = 'frame'
    OR (
      g.range_unit = 'whole'
      AND COALESCE(r.is_event_based, FALSE) = FALSE
      AND NOT COALESCE(s.space_type, r.data_type) IN ('audio', 'plain_text', 'text', 'html', 'time_series', 'group')
    )
) AS p
  ON p.label_hash = c.label_hash
  AND p.data_title = c.data_title
  AND p.branch_name = c.branch_name
  AND p.classification_hash = c.classification_hash
CROSS JOIN (
  SELECT
    MAX(frame) AS largest
  FROM team.encord_internal.frame_number AS frame_number
) AS all_frames
CROSS JOIN LATERAL EXPLODE(
  IF(
    p.first_frame <= p.last_frame
    AND p.first_frame <= all_frames.largest
    AND p.last_frame >= 0,
    SEQUENCE(GREATEST(p.first_frame, 0), LEAST(p.last_frame, all_frames.largest)),
    ARRAY()
  )
) AS n(frame);
