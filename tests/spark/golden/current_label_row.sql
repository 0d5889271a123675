CREATE OR REPLACE VIEW team.encord.current_label_row COMMENT 'One row per label row that is not deleted: what the listing says of a data unit on a branch. All other views build on it.' AS
SELECT
  l.project_hash,
  p.title AS project_title,
  l.data_hash,
  COALESCE(d.title, d.data_hash) AS data_title,
  d.dataset_hash,
  d.dataset_title,
  d.data_type,
  l.branch_name,
  l.label_hash,
  l.label_row_id,
  l.workflow_stage_uuid,
  l.workflow_stage_title,
  l.task_uuid,
  l.priority,
  l.assigned_user_email,
  l.last_actioned_by_user_email,
  l.is_valid,
  l.is_event_based,
  d.frame_count,
  NULLIF(d.width, 0) AS frame_width,
  NULLIF(d.height, 0) AS frame_height,
  d.frames_per_second,
  d.duration_seconds,
  l.object_count,
  l.annotation_count,
  l.classification_count,
  l.created_at,
  l.last_edited_at,
  l.synced_at
FROM team.encord.label_row AS l
JOIN team.encord.project AS p
  ON p.project_hash = l.project_hash
JOIN team.encord.data_unit AS d
  ON d.project_hash = l.project_hash AND d.data_hash = l.data_hash
WHERE
  l.deleted_at IS NULL AND p.deleted_at IS NULL;
