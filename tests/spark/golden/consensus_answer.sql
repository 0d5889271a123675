CREATE OR REPLACE TABLE team.encord_internal.consensus_answer USING iceberg COMMENT 'One row per answer of a branch to a classification\'s question on a frame, nested questions, main and unsubmitted branches too. Audio, text and continuous scenes have no frames.' AS
WITH placed AS (
  SELECT
    i.label_hash,
    i.classification_hash,
    i.feature_hash,
    g.space_id,
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
  FROM team.encord.current_label_row AS r
  JOIN team.encord.classification_instance AS i
    ON i.label_hash = r.label_hash
  JOIN team.encord.classification_range AS g
    ON g.label_hash = i.label_hash AND g.classification_hash = i.classification_hash
  LEFT JOIN team.encord.ontology_class AS c
    ON c.project_hash = r.project_hash AND c.feature_hash = i.feature_hash
  LEFT JOIN team.encord.data_space AS s
    ON s.label_hash = g.label_hash AND s.space_id = g.space_id
  WHERE
    COALESCE(c.is_archived, FALSE) = FALSE
    AND (
      g.range_unit = 'frame'
      OR (
        g.range_unit = 'whole'
        AND NOT COALESCE(s.space_type, r.data_type) IN ('audio', 'plain_text', 'text', 'html', 'time_series', 'group')
      )
    )
)
SELECT
  a.project_hash,
  a.project_title,
  a.data_hash,
  a.data_title,
  a.dataset_title,
  a.data_type,
  a.branch_name,
  a.label_hash,
  a.label_row_id,
  a.branch_role,
  a.annotator,
  a.is_submitted,
  p.space_id,
  n.frame,
  p.feature_hash,
  a.attribute_feature_hash,
  a.question,
  a.answer_type,
  a.depth,
  a.parent_option_hash,
  MIN(a.answer) AS answer,
  MIN(a.answer_label) AS answer_label,
  MIN(a.answer_number) AS answer_number,
  MIN(a.full_answer) AS full_answer,
  MIN(a.full_answer_label) AS full_answer_label
FROM team.encord_internal.consensus_instance_answer AS a
JOIN placed AS p
  ON p.label_hash = a.label_hash AND p.classification_hash = a.classification_hash
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
) AS n(frame)
WHERE
  a.is_event_based = FALSE
GROUP BY
  a.project_hash,
  a.project_title,
  a.data_hash,
  a.data_title,
  a.dataset_title,
  a.data_type,
  a.branch_name,
  a.label_hash,
  a.label_row_id,
  a.branch_role,
  a.annotator,
  a.is_submitted,
  p.space_id,
  n.frame,
  p.feature_hash,
  a.attribute_feature_hash,
  a.question,
  a.answer_type,
  a.depth,
  a.parent_option_hash;
