CREATE OR REPLACE VIEW team.encord.consensus_keypoint_pair COMMENT 'One row per pair of skeletons of one class on a frame that are taken as one, or of points that are each other\'s nearest of their class, of two branches.' AS
WITH drawn AS (
  SELECT
    b.project_hash,
    b.data_hash,
    b.label_row_id,
    o.space_id,
    o.frame,
    o.object_hash,
    o.feature_hash,
    o.object_name,
    o.ontology_shape AS shape,
    o.geometry,
    o.x_pixels,
    o.y_pixels,
    CAST(o.frame_width AS DOUBLE) AS frame_width,
    CAST(o.frame_height AS DOUBLE) AS frame_height,
    (
      o.x_max_pixels - o.x_min_pixels
    ) * (
      o.y_max_pixels - o.y_min_pixels
    ) AS area
  FROM team.encord.consensus_branch AS b
  JOIN team.encord.object_on_frame AS o
    ON o.label_hash = b.label_hash
  WHERE
    (
      b.branch_role = 'main' OR b.is_submitted
    )
    AND b.is_event_based = FALSE
    AND o.ontology_shape IN ('skeleton', 'point')
), placed AS (
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    space_id,
    frame,
    object_hash,
    area,
    frame_width,
    frame_height,
    k.place,
    (
      GET_JSON_OBJECT(geometry, CONCAT('$[', CAST(k.place AS INT), ']'))
    ) AS keypoint
  FROM drawn
  CROSS JOIN LATERAL EXPLODE(
    IF(
      CAST(0 AS BIGINT) <= CASE
        WHEN geometry LIKE '[{%'
        THEN CAST(JSON_ARRAY_LENGTH(geometry) AS BIGINT) - 1
        ELSE 0
      END,
      SEQUENCE(
        CAST(0 AS BIGINT),
        CASE
          WHEN geometry LIKE '[{%'
          THEN CAST(JSON_ARRAY_LENGTH(geometry) AS BIGINT) - 1
          ELSE 0
        END
      ),
      ARRAY()
    )
  ) AS k(place)
  WHERE
    shape = 'skeleton' AND geometry LIKE '[{%'
), keypoint AS (
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    space_id,
    frame,
    object_hash,
    area,
    COALESCE(
      (
        GET_JSON_OBJECT(keypoint, '$.feature_hash')
      ),
      (
        GET_JSON_OBJECT(keypoint, '$.name')
      ),
      CAST(place AS STRING)
    ) AS keypoint_name,
    CAST((
      GET_JSON_OBJECT(keypoint, '$.x')
    ) AS DOUBLE) * frame_width AS x,
    CAST((
      GET_JSON_OBJECT(keypoint, '$.y')
    ) AS DOUBLE) * frame_height AS y
  FROM placed
  WHERE
    COALESCE((
      GET_JSON_OBJECT(keypoint, '$.visibility')
    ), '') <> 'invisible'
), told AS (
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    m.other_label_row_id,
    space_id,
    frame,
    object_hash,
    m.other_object_hash,
    k.keypoint_name,
    k.x,
    k.y,
    k.area,
    NULL AS other_x,
    NULL AS other_y,
    NULL AS other_area
  FROM team.encord.consensus_object_match AS m
  FULL JOIN keypoint AS k
    USING (project_hash, data_hash, label_row_id, space_id, frame, object_hash)
  WHERE
    COALESCE(m.same_class, FALSE) AND COALESCE(k.keypoint_name, '') <> ''
  UNION ALL
  SELECT
    project_hash,
    data_hash,
    m.label_row_id,
    other_label_row_id,
    space_id,
    frame,
    m.object_hash,
    other_object_hash,
    k.keypoint_name,
    NULL,
    NULL,
    NULL,
    k.x,
    k.y,
    k.area
  FROM team.encord.consensus_object_match AS m
  FULL JOIN (
    SELECT
      *,
      label_row_id AS other_label_row_id,
      object_hash AS other_object_hash
    FROM keypoint
  ) AS k
    USING (project_hash, data_hash, other_label_row_id, space_id, frame, other_object_hash)
  WHERE
    COALESCE(m.same_class, FALSE) AND COALESCE(k.keypoint_name, '') <> ''
), paired AS (
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    frame,
    object_hash,
    other_object_hash,
    keypoint_name,
    COUNT(*) AS n_sides,
    POWER(MAX(x) - MAX(other_x), 2) + POWER(MAX(y) - MAX(other_y), 2) AS square,
    (
      MAX(area) + MAX(other_area)
    ) / 2 AS area
  FROM told
  GROUP BY
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    frame,
    object_hash,
    other_object_hash,
    keypoint_name
), point AS (
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    p.other_label_row_id,
    a.space_id,
    a.frame,
    a.object_hash,
    a.feature_hash,
    a.x_pixels,
    a.y_pixels,
    a.frame_width * a.frame_height AS area
  FROM team.encord_internal.consensus_branch_pair AS p
  FULL JOIN drawn AS a
    USING (project_hash, data_hash, label_row_id)
  WHERE
    COALESCE(p.other_label_row_id, '') <> '' AND COALESCE(a.shape, '') = 'point'
), point_pair AS (
  SELECT
    project_hash,
    data_hash,
    a.label_row_id,
    other_label_row_id,
    space_id,
    frame,
    a.object_hash,
    b.object_hash AS other_object_hash,
    POWER(a.x_pixels - b.x_pixels, 2) + POWER(a.y_pixels - b.y_pixels, 2) AS square,
    a.area
  FROM point AS a
  FULL JOIN (
    SELECT
      *,
      label_row_id AS other_label_row_id
    FROM drawn
  ) AS b
    USING (project_hash, data_hash, other_label_row_id, space_id, frame, feature_hash)
  WHERE
    COALESCE(a.object_hash, '') <> '' AND COALESCE(b.shape, '') = 'point'
), nearest AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      PARTITION BY project_hash, data_hash, label_row_id, other_label_row_id, space_id, frame, object_hash
      ORDER BY square NULLS LAST, other_object_hash NULLS LAST
    ) AS place,
    ROW_NUMBER() OVER (
      PARTITION BY project_hash, data_hash, label_row_id, other_label_row_id, space_id, frame, other_object_hash
      ORDER BY square NULLS LAST, object_hash NULLS LAST
    ) AS other_place
  FROM point_pair
  WHERE
    COALESCE(square, -1) >= 0
), measured AS (
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    frame,
    object_hash,
    other_object_hash,
    COUNT(*) AS n_keypoints,
    COUNT(*) FILTER(WHERE
      n_sides = 2) AS n_both_keypoints,
    SUM(
      CASE
        WHEN n_sides = 1
        THEN 0
        WHEN square < 1400 * area * POWER(2 * CAST(0.09 AS DOUBLE), 2)
        THEN EXP(-square / (
          2 * area * POWER(2 * CAST(0.09 AS DOUBLE), 2)
        ))
        WHEN NOT square IS NULL AND NOT area IS NULL
        THEN 0
      END
    ) AS similarity,
    COUNT(
      CASE WHEN n_sides = 1 OR (
        NOT square IS NULL AND NOT area IS NULL
      ) THEN 1 END
    ) AS n_measured,
    AVG(SQRT(square)) AS distance
  FROM paired
  GROUP BY
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    frame,
    object_hash,
    other_object_hash
  UNION ALL
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    frame,
    object_hash,
    other_object_hash,
    1,
    1,
    CASE
      WHEN square < 1400 * area * POWER(2 * CAST(0.09 AS DOUBLE), 2)
      THEN EXP(-square / (
        2 * area * POWER(2 * CAST(0.09 AS DOUBLE), 2)
      ))
      ELSE 0
    END,
    1,
    SQRT(square)
  FROM nearest
  WHERE
    place = 1 AND other_place = 1
), object AS (
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    object_hash,
    MAX(object_name) AS object_name,
    MAX(feature_hash) AS feature_hash,
    MAX(shape) AS shape
  FROM drawn
  GROUP BY
    project_hash,
    data_hash,
    label_row_id,
    object_hash
), named AS (
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    m.other_label_row_id,
    m.space_id,
    m.frame,
    object_hash,
    m.other_object_hash,
    m.n_keypoints,
    m.n_both_keypoints,
    m.similarity,
    m.n_measured,
    m.distance,
    o.object_name,
    o.feature_hash,
    o.shape
  FROM measured AS m
  FULL JOIN object AS o
    USING (project_hash, data_hash, label_row_id, object_hash)
  WHERE
    COALESCE(m.frame, -1) >= 0
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
  n.space_id,
  n.frame,
  n.object_hash,
  n.object_name,
  n.feature_hash,
  n.shape,
  n.other_object_hash,
  n.n_keypoints,
  n.n_both_keypoints,
  CASE
    WHEN n.n_measured = n.n_keypoints
    THEN FLOOR(n.similarity / n.n_keypoints * 1e9 + CAST(0.5001 AS DOUBLE)) / 1e9
  END AS oks,
  FLOOR(n.distance * 1e6 + CAST(0.5001 AS DOUBLE)) / 1e6 AS mean_distance_pixels
FROM named AS n
FULL JOIN team.encord_internal.consensus_branch_pair AS p
  USING (project_hash, data_hash, label_row_id, other_label_row_id)
WHERE
  COALESCE(n.n_keypoints, 0) > 0;
