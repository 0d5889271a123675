CREATE OR REPLACE VIEW team.encord.consensus_track_pair COMMENT 'One row per pair of objects of two branches that are taken as one on some frame, over the whole data unit.' AS
WITH placed AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY project_hash, data_hash, label_row_id, other_label_row_id, space_id, object_hash
      ORDER BY CASE WHEN feature_hash = other_feature_hash THEN 0 ELSE 1 END NULLS LAST, volume_iou DESC, other_object_hash NULLS LAST
    ) AS place,
    ROW_NUMBER() OVER (
      PARTITION BY project_hash, data_hash, label_row_id, other_label_row_id, space_id, other_object_hash
      ORDER BY CASE WHEN feature_hash = other_feature_hash THEN 0 ELSE 1 END NULLS LAST, volume_iou DESC, object_hash NULLS LAST
    ) AS other_place
  FROM team.encord_internal.consensus_object_track AS consensus_object_track
)
SELECT
  p.project_hash,
  p.project_title,
  p.data_hash,
  p.data_title,
  p.dataset_title,
  p.data_type,
  p.branch_name,
  p.label_hash,
  p.label_row_id,
  p.annotator,
  p.other_branch_name,
  p.other_label_row_id,
  p.other_annotator,
  p.pair_kind,
  t.space_id,
  t.object_hash,
  c.name AS object_name,
  t.feature_hash,
  t.other_object_hash,
  o.name AS other_object_name,
  t.other_feature_hash,
  t.feature_hash = t.other_feature_hash AS same_class,
  t.n_frames,
  t.n_other_frames,
  t.n_both,
  t.n_frames + t.n_other_frames - t.n_both AS n_either,
  t.n_matched AS n_matched_frames,
  CAST(t.n_both AS DOUBLE) / (
    t.n_frames + t.n_other_frames - t.n_both
  ) AS temporal_iou,
  t.volume_iou,
  t.place = 1 AND t.other_place = 1 AND t.volume_iou >= t.min_iou AS is_match,
  CAST(t.n_by_extent AS DOUBLE) / t.n_matched AS share_by_extent
FROM placed AS t
JOIN team.encord_internal.consensus_branch_pair AS p
  ON p.label_row_id = t.label_row_id AND p.other_label_row_id = t.other_label_row_id
LEFT JOIN team.encord.ontology_class AS c
  ON c.project_hash = t.project_hash AND c.feature_hash = t.feature_hash
LEFT JOIN team.encord.ontology_class AS o
  ON o.project_hash = t.project_hash AND o.feature_hash = t.other_feature_hash;
