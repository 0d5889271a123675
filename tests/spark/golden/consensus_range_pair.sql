CREATE OR REPLACE VIEW team.encord.consensus_range_pair COMMENT 'One row per answer to a classification that one of two branches gave, or a class of objects on ranges (audio, text, …), over a whole data unit: how long each has it, and how long both. Ranges are not expanded.' AS
WITH said AS (
  SELECT
    a.project_hash,
    a.data_hash,
    a.label_row_id,
    g.space_id,
    g.range_unit,
    'classification' AS label_kind,
    i.feature_hash,
    a.attribute_feature_hash,
    a.question,
    a.full_answer,
    a.full_answer_label,
    CASE WHEN g.range_unit = 'whole' THEN 0 ELSE LEAST(g.frame_start, g.frame_end) END AS first_unit,
    CASE
      WHEN g.range_unit = 'whole'
      THEN 0
      ELSE GREATEST(g.frame_start, g.frame_end)
    END AS last_unit
  FROM team.encord_internal.consensus_instance_answer AS a
  JOIN team.encord.classification_instance AS i
    ON i.label_hash = a.label_hash AND i.classification_hash = a.classification_hash
  JOIN team.encord.classification_range AS g
    ON g.label_hash = a.label_hash AND g.classification_hash = a.classification_hash
  LEFT JOIN team.encord.ontology_class AS c
    ON c.project_hash = a.project_hash AND c.feature_hash = i.feature_hash
  WHERE
    a.depth = 0 AND COALESCE(c.is_archived, FALSE) = FALSE
  UNION ALL
  SELECT
    r.project_hash,
    r.data_hash,
    r.label_row_id,
    g.space_id,
    g.range_unit,
    'object',
    i.feature_hash,
    NULL,
    c.name,
    i.feature_hash,
    c.name,
    LEAST(g.range_start, g.range_end),
    GREATEST(g.range_start, g.range_end)
  FROM team.encord.current_label_row AS r
  JOIN team.encord.object_instance AS i
    ON i.label_hash = r.label_hash
  JOIN team.encord.object_range AS g
    ON g.label_hash = i.label_hash AND g.object_hash = i.object_hash
  LEFT JOIN team.encord.ontology_class AS c
    ON c.project_hash = r.project_hash AND c.feature_hash = i.feature_hash
  WHERE
    COALESCE(c.is_archived, FALSE) = FALSE
    AND NOT g.range_start IS NULL
    AND NOT g.range_end IS NULL
), branch_pair AS (
  SELECT
    *
  FROM team.encord_internal.consensus_branch_pair AS consensus_branch_pair
), stepped AS (
  SELECT
    project_hash,
    data_hash,
    p.label_row_id,
    p.other_label_row_id,
    s.space_id,
    s.range_unit,
    s.label_kind,
    s.feature_hash,
    s.attribute_feature_hash,
    s.question,
    s.full_answer,
    s.full_answer_label,
    CASE WHEN e.step = 1 THEN s.first_unit ELSE s.last_unit + 1 END AS place,
    CASE WHEN p.side = 0 THEN e.step ELSE 0 END AS step,
    CASE WHEN p.side = 1 THEN e.step ELSE 0 END AS other_step
  FROM (
    SELECT
      branch_pair.*,
      v.side,
      CASE
        WHEN v.side = 0
        THEN branch_pair.label_row_id
        ELSE branch_pair.other_label_row_id
      END AS said_by
    FROM branch_pair
    CROSS JOIN VALUES
      (0),
      (1) AS v(side)
  ) AS p
  FULL JOIN (
    SELECT
      *,
      label_row_id AS said_by
    FROM said
  ) AS s
    USING (project_hash, data_hash, said_by)
  CROSS JOIN VALUES
    (1),
    (-1) AS e(step)
  WHERE
    COALESCE(p.side, -1) >= 0 AND COALESCE(s.space_id, '') <> ''
), walked AS (
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    range_unit,
    label_kind,
    feature_hash,
    attribute_feature_hash,
    full_answer,
    MAX(question) AS question,
    MIN(full_answer_label) AS full_answer_label,
    SUM(SUM(step)) OVER (
      PARTITION BY project_hash, data_hash, label_row_id, other_label_row_id, space_id, range_unit, label_kind, feature_hash, attribute_feature_hash, full_answer
      ORDER BY place NULLS LAST
    ) AS depth,
    SUM(SUM(other_step)) OVER (
      PARTITION BY project_hash, data_hash, label_row_id, other_label_row_id, space_id, range_unit, label_kind, feature_hash, attribute_feature_hash, full_answer
      ORDER BY place NULLS LAST
    ) AS other_depth,
    LEAD(place) OVER (
      PARTITION BY project_hash, data_hash, label_row_id, other_label_row_id, space_id, range_unit, label_kind, feature_hash, attribute_feature_hash, full_answer
      ORDER BY place NULLS LAST
    ) - place AS length
  FROM stepped
  GROUP BY
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    range_unit,
    label_kind,
    feature_hash,
    attribute_feature_hash,
    full_answer,
    place
), measured AS (
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    range_unit,
    label_kind,
    feature_hash,
    attribute_feature_hash,
    full_answer,
    MAX(question) AS question,
    MIN(full_answer_label) AS full_answer_label,
    CAST(SUM(CASE WHEN depth > 0 THEN length ELSE 0 END) AS BIGINT) AS length_a,
    CAST(SUM(CASE WHEN other_depth > 0 THEN length ELSE 0 END) AS BIGINT) AS length_b,
    CAST(SUM(CASE WHEN depth > 0 AND other_depth > 0 THEN length ELSE 0 END) AS BIGINT) AS overlap
  FROM walked
  GROUP BY
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    range_unit,
    label_kind,
    feature_hash,
    attribute_feature_hash,
    full_answer
)
SELECT
  project_hash,
  p.project_title,
  data_hash,
  p.data_title,
  p.dataset_title,
  p.data_type,
  p.branch_name,
  p.label_hash,
  label_row_id,
  p.annotator,
  p.other_branch_name,
  other_label_row_id,
  p.other_annotator,
  p.pair_kind,
  m.space_id,
  m.range_unit,
  m.label_kind,
  m.feature_hash,
  m.attribute_feature_hash,
  m.question,
  m.full_answer,
  m.full_answer_label,
  m.length_a,
  m.length_b,
  m.overlap,
  CAST(m.overlap AS DOUBLE) / (
    m.length_a + m.length_b - m.overlap
  ) AS temporal_iou
FROM measured AS m
FULL JOIN branch_pair AS p
  USING (project_hash, data_hash, label_row_id, other_label_row_id)
WHERE
  COALESCE(m.space_id, '') <> '';
