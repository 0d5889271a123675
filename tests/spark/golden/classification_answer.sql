CREATE OR REPLACE VIEW team.encord.classification_answer COMMENT 'One row per classification instance with its answer, wherever it is placed.' AS
SELECT
  r.project_hash,
  r.project_title,
  r.data_hash,
  r.data_title,
  r.dataset_title,
  r.data_type,
  r.branch_name,
  i.label_hash,
  r.label_row_id,
  r.workflow_stage_title,
  i.classification_hash,
  c.name AS classification_name,
  i.feature_hash,
  c.uid AS classification_uid,
  c.is_global,
  COALESCE(n.answer_type, k.answer_type) AS answer_type,
  COALESCE(n.attribute_answer, k.classification_answer) AS classification_answer,
  n.attribute_answer_value AS classification_answer_value,
  COALESCE(n.attribute_answer_feature_hash, k.classification_answer_hash) AS classification_answer_hash,
  n.answer_number,
  i.confidence,
  i.is_manual,
  i.created_at,
  i.created_by,
  i.last_edited_at,
  i.last_edited_by
FROM team.encord.classification_instance AS i
JOIN team.encord.current_label_row AS r
  ON r.label_hash = i.label_hash
LEFT JOIN team.encord.ontology_class AS c
  ON c.project_hash = r.project_hash AND c.feature_hash = i.feature_hash
LEFT JOIN team.encord_internal.named_answer AS n
  ON n.label_hash = i.label_hash
  AND n.data_title = r.data_title
  AND n.branch_name = r.branch_name
  AND n.owner_hash = i.classification_hash
  AND n.owner_kind = 'classification'
  AND n.depth = 0
  AND n.answer_type <> 'checklist'
  AND n.answer_position = 0
LEFT JOIN (
  SELECT
    label_hash,
    data_title,
    branch_name,
    owner_hash,
    MAX(answer_type) AS answer_type,
    CASE
      WHEN COUNT(attribute_answer) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(
              STRUCT(
                option_position IS NULL AS key_0_is_null,
                option_position AS key_0,
                attribute_answer AS part
              )
            )
          ),
          gathered -> gathered.part
        ),
        '; '
      )
    END AS classification_answer,
    CASE
      WHEN COUNT(attribute_answer_feature_hash) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(
              STRUCT(
                option_position IS NULL AS key_0_is_null,
                option_position AS key_0,
                attribute_answer_feature_hash AS part
              )
            )
          ),
          gathered -> gathered.part
        ),
        '; '
      )
    END AS classification_answer_hash
  FROM team.encord_internal.named_answer AS named_answer
  WHERE
    owner_kind = 'classification' AND depth = 0 AND answer_type = 'checklist'
  GROUP BY
    label_hash,
    data_title,
    branch_name,
    owner_hash
) AS k
  ON k.label_hash = i.label_hash
  AND k.data_title = r.data_title
  AND k.branch_name = r.branch_name
  AND k.owner_hash = i.classification_hash
WHERE
  COALESCE(c.is_archived, FALSE) = FALSE;
