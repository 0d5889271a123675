CREATE OR REPLACE VIEW team.encord.consensus_class COMMENT 'One row per object class of a project: how far annotators agree on its objects, both sides counted.' AS
WITH side AS (
  SELECT
    *
  FROM team.encord.consensus_object_side AS consensus_object_side
  WHERE
    pair_kind = 'peer'
), confused AS (
  SELECT
    project_hash,
    feature_hash,
    other_object_name,
    ROW_NUMBER() OVER (
      PARTITION BY project_hash, feature_hash
      ORDER BY COUNT(*) DESC, other_feature_hash NULLS LAST
    ) AS place
  FROM side
  WHERE
    outcome = 'other_class'
  GROUP BY
    project_hash,
    feature_hash,
    other_object_name,
    other_feature_hash
)
SELECT
  s.project_hash,
  MAX(s.project_title) AS project_title,
  s.feature_hash,
  MAX(s.object_name) AS object_name,
  COUNT(*) AS n_sides,
  ROUND(CAST(AVG(s.is_found) AS DOUBLE) * 1e9) / 1e9 AS detection_f1,
  ROUND((
    AVG(s.iou) FILTER(WHERE
      s.is_found = 1)
  ) * 1e9) / 1e9 AS mean_iou,
  ROUND(AVG(s.score) * 1e9) / 1e9 AS object_agreement,
  ROUND(
    CAST(AVG(
      CASE
        WHEN s.outcome = 'missing'
        THEN CAST(1.0 AS DOUBLE)
        ELSE CAST(0.0 AS DOUBLE)
      END
    ) AS DOUBLE) * 1e9
  ) / 1e9 AS missing_rate,
  ROUND(
    CAST(AVG(
      CASE
        WHEN s.outcome = 'other_class'
        THEN CAST(1.0 AS DOUBLE)
        ELSE CAST(0.0 AS DOUBLE)
      END
    ) AS DOUBLE) * 1e9
  ) / 1e9 AS confusion_rate,
  MAX(c.other_object_name) AS most_confused_with,
  ROUND(
    CAST(AVG(
      CASE
        WHEN s.iou_method = 'extent'
        THEN CAST(1.0 AS DOUBLE)
        ELSE CAST(0.0 AS DOUBLE)
      END
    ) FILTER(WHERE
      NOT s.iou IS NULL) AS DOUBLE) * 1e9
  ) / 1e9 AS share_by_extent
FROM side AS s
LEFT JOIN confused AS c
  ON c.project_hash = s.project_hash
  AND c.feature_hash = s.feature_hash
  AND c.place = 1
GROUP BY
  s.project_hash,
  s.feature_hash;
