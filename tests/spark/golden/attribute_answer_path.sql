CREATE OR REPLACE VIEW team.encord.attribute_answer_path COMMENT 'One row per answer, static or dynamic, of an object or a classification, with its path through the nested options that lead to its question; not expanded to frames.' AS
WITH option_map AS (
  SELECT
    o.project_hash,
    MAP_FROM_ENTRIES(
      COLLECT_LIST(
        STRUCT(
          o.feature_hash AS option_hash,
          STRUCT(
            a.feature_hash AS question_hash,
            a.name AS question,
            a.parent_option_hash AS option_hash,
            a.depth AS depth,
            COALESCE(o.label, o.option_value, '') AS label
          ) AS leads_to
        )
      )
    ) AS options
  FROM team.encord.ontology_option AS o
  JOIN team.encord.ontology_attribute AS a
    ON a.project_hash = o.project_hash AND a.feature_hash = o.attribute_feature_hash
  GROUP BY
    o.project_hash
), nested AS (
  SELECT
    project_hash,
    feature_hash,
    class_feature_hash,
    depth,
    walked.question AS root_attribute_name,
    walked.question_hash AS root_attribute_feature_hash,
    walked.names AS attribute_path,
    walked.hashes AS feature_hash_path
  FROM (
    SELECT
      t.project_hash,
      t.feature_hash,
      t.class_feature_hash,
      t.depth,
      AGGREGATE(
        IF(t.depth > 0, SEQUENCE(CAST(1 AS BIGINT), t.depth), ARRAY()),
        STRUCT(
          t.feature_hash AS question_hash,
          t.name AS question,
          t.parent_option_hash AS option_hash,
          t.depth AS depth,
          COALESCE(t.name, '') AS names,
          t.feature_hash AS hashes
        ),
        (below, step) -> CASE
          WHEN m.options[below.option_hash].depth = below.depth - 1
          THEN STRUCT(
            m.options[below.option_hash].question_hash AS question_hash,
            m.options[below.option_hash].question AS question,
            m.options[below.option_hash].option_hash AS option_hash,
            m.options[below.option_hash].depth AS depth,
            COALESCE(m.options[below.option_hash].question, '') || ' > ' || m.options[below.option_hash].label || ' > ' || below.names AS names,
            m.options[below.option_hash].question_hash || ' > ' || below.option_hash || ' > ' || below.hashes AS hashes
          )
        END
      ) AS walked
    FROM team.encord.ontology_attribute AS t
    LEFT JOIN option_map AS m
      ON m.project_hash = t.project_hash
  ) AS climbed
  WHERE
    NOT walked.question_hash IS NULL
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
  a.space_id,
  a.owner_kind AS label_kind,
  CASE WHEN a.owner_kind = 'object' THEN a.owner_hash END AS object_hash,
  CASE WHEN a.owner_kind = 'object' THEN c.name END AS object_name,
  CASE WHEN a.owner_kind = 'classification' THEN a.owner_hash END AS classification_hash,
  CASE WHEN a.owner_kind = 'classification' THEN c.name END AS classification_name,
  n.class_feature_hash AS feature_hash,
  n.root_attribute_name,
  n.root_attribute_feature_hash,
  n.attribute_path,
  n.attribute_path || ' > ' || a.attribute_answer AS answer_path,
  n.feature_hash_path,
  a.attribute_name,
  a.attribute_feature_hash,
  a.answer_type,
  a.is_dynamic,
  a.depth,
  a.parent_option_hash,
  a.attribute_answer,
  a.attribute_answer_value,
  a.attribute_answer_feature_hash,
  a.answer_number,
  a.answer_position,
  a.frame_start,
  a.frame_end
FROM team.encord_internal.named_answer AS a
JOIN nested AS n
  ON n.project_hash = a.project_hash AND n.feature_hash = a.attribute_feature_hash
LEFT JOIN team.encord.ontology_class AS c
  ON c.project_hash = n.project_hash AND c.feature_hash = n.class_feature_hash
WHERE
  COALESCE(c.is_archived, FALSE) = FALSE;
