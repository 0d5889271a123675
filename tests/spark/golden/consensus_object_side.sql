CREATE OR REPLACE VIEW team.encord.consensus_object_side COMMENT 'One row per object on a frame and another branch that could have it, both ways round. Averages of is_found and score are agreement at any grain.' AS
SELECT
  p.project_hash,
  p.project_title,
  p.data_hash,
  p.data_title,
  p.dataset_title,
  p.data_type,
  p.branch_name,
  o.label_hash,
  p.label_row_id,
  p.annotator,
  p.other_branch_name,
  p.other_label_row_id,
  p.other_annotator,
  p.pair_kind,
  o.space_id,
  o.frame,
  o.object_hash,
  n.name AS object_name,
  o.feature_hash,
  CAST(CASE WHEN m.same_class THEN 1 ELSE 0 END AS BIGINT) AS is_found,
  m.iou,
  m.iou_method,
  CASE WHEN m.same_class THEN m.iou ELSE CAST(0.0 AS DOUBLE) END AS score,
  CASE
    WHEN m.same_class
    THEN 'found'
    WHEN NOT m.iou IS NULL
    THEN 'other_class'
    ELSE 'missing'
  END AS outcome,
  m.other_object_hash,
  c.name AS other_object_name,
  m.other_feature_hash,
  m.other_object_hash = o.object_hash AS same_hash
FROM (
  SELECT
    project_hash,
    project_title,
    data_hash,
    data_title,
    dataset_title,
    data_type,
    branch_name,
    label_row_id,
    annotator,
    other_branch_name,
    other_label_row_id,
    other_annotator,
    pair_kind
  FROM team.encord_internal.consensus_branch_pair AS consensus_branch_pair
  UNION ALL
  SELECT
    project_hash,
    project_title,
    data_hash,
    data_title,
    dataset_title,
    data_type,
    other_branch_name,
    other_label_row_id,
    other_annotator,
    branch_name,
    label_row_id,
    annotator,
    pair_kind
  FROM team.encord_internal.consensus_branch_pair AS consensus_branch_pair
) AS p
JOIN team.encord_internal.consensus_matched_branch AS b
  ON b.label_row_id = p.other_label_row_id
JOIN team.encord_internal.consensus_compared_object AS o
  ON o.label_row_id = p.label_row_id
  AND o.project_hash = p.project_hash
  AND o.data_hash = p.data_hash
LEFT JOIN (
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    frame,
    object_hash,
    same_class,
    iou,
    iou_method,
    other_object_hash,
    other_feature_hash
  FROM team.encord.consensus_object_match AS consensus_object_match
  UNION ALL
  SELECT
    project_hash,
    data_hash,
    other_label_row_id,
    label_row_id,
    space_id,
    frame,
    other_object_hash,
    same_class,
    iou,
    iou_method,
    object_hash,
    feature_hash
  FROM team.encord.consensus_object_match AS consensus_object_match
) AS m
  ON m.project_hash = o.project_hash
  AND m.data_hash = o.data_hash
  AND m.label_row_id = o.label_row_id
  AND m.other_label_row_id = p.other_label_row_id
  AND m.space_id = o.space_id
  AND m.frame = o.frame
  AND m.object_hash = o.object_hash
LEFT JOIN team.encord.ontology_class AS n
  ON n.project_hash = o.project_hash AND n.feature_hash = o.feature_hash
LEFT JOIN team.encord.ontology_class AS c
  ON c.project_hash = o.project_hash AND c.feature_hash = m.other_feature_hash;
