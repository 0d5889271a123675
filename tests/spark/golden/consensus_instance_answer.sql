CREATE OR REPLACE VIEW team.encord_internal.consensus_instance_answer COMMENT 'One row per question that a classification instance answers, nested ones too, of main and annotators\' branches of consensus tasks: not expanded to frames, audio and continuous scenes too.' AS
WITH given AS (
  SELECT
    b.project_hash,
    b.project_title,
    b.data_hash,
    b.data_title,
    b.dataset_title,
    b.data_type,
    b.branch_name,
    b.label_hash,
    b.label_row_id,
    b.branch_role,
    b.annotator,
    b.is_submitted,
    b.is_event_based,
    a.owner_hash AS classification_hash,
    a.attribute_feature_hash,
    MAX(a.attribute_name) AS question,
    MAX(a.answer_type) AS answer_type,
    MAX(a.depth) AS depth,
    MAX(a.parent_option_hash) AS parent_option_hash,
    CASE
      WHEN COUNT(COALESCE(a.attribute_answer_feature_hash, LOWER(TRIM(a.attribute_answer)))) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(
              STRUCT(
                a.option_position IS NULL AS key_0_is_null,
                a.option_position AS key_0,
                a.answer_position IS NULL AS key_1_is_null,
                a.answer_position AS key_1,
                COALESCE(a.attribute_answer_feature_hash, LOWER(TRIM(a.attribute_answer))) AS part
              )
            )
          ),
          gathered -> gathered.part
        ),
        '; '
      )
    END AS answer,
    CASE
      WHEN COUNT(COALESCE(a.attribute_answer, a.attribute_answer_feature_hash)) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(
              STRUCT(
                a.option_position IS NULL AS key_0_is_null,
                a.option_position AS key_0,
                a.answer_position IS NULL AS key_1_is_null,
                a.answer_position AS key_1,
                COALESCE(a.attribute_answer, a.attribute_answer_feature_hash) AS part
              )
            )
          ),
          gathered -> gathered.part
        ),
        '; '
      )
    END AS answer_label,
    MAX(a.answer_number) AS answer_number
  FROM team.encord.consensus_branch AS b
  JOIN team.encord_internal.named_answer AS a
    ON a.label_hash = b.label_hash
  WHERE
    b.branch_role <> 'other'
    AND a.owner_kind = 'classification'
    AND NOT COALESCE(a.attribute_answer_feature_hash, NULLIF(TRIM(a.attribute_answer), '')) IS NULL
  GROUP BY
    b.project_hash,
    b.project_title,
    b.data_hash,
    b.data_title,
    b.dataset_title,
    b.data_type,
    b.branch_name,
    b.label_hash,
    b.label_row_id,
    b.branch_role,
    b.annotator,
    b.is_submitted,
    b.is_event_based,
    a.owner_hash,
    a.attribute_feature_hash
)
SELECT
  project_hash,
  g.project_title,
  data_hash,
  g.data_title,
  g.dataset_title,
  g.data_type,
  g.branch_name,
  label_hash,
  g.label_row_id,
  g.branch_role,
  g.annotator,
  g.is_submitted,
  g.is_event_based,
  classification_hash,
  g.attribute_feature_hash,
  g.question,
  g.answer_type,
  g.depth,
  g.parent_option_hash,
  g.answer,
  g.answer_label,
  g.answer_number,
  CASE WHEN g.depth = 0 THEN w.full_answer END AS full_answer,
  CASE WHEN g.depth = 0 THEN w.full_answer_label END AS full_answer_label
FROM given AS g
FULL JOIN (
  SELECT
    project_hash,
    data_hash,
    label_hash,
    classification_hash,
    CASE
      WHEN COUNT(CASE WHEN depth = 0 THEN answer ELSE attribute_feature_hash || '=' || answer END) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(
              STRUCT(
                depth IS NULL AS key_0_is_null,
                depth AS key_0,
                attribute_feature_hash IS NULL AS key_1_is_null,
                attribute_feature_hash AS key_1,
                CASE WHEN depth = 0 THEN answer ELSE attribute_feature_hash || '=' || answer END AS part
              )
            )
          ),
          gathered -> gathered.part
        ),
        ' & '
      )
    END AS full_answer,
    CASE
      WHEN COUNT(
        CASE
          WHEN depth = 0
          THEN answer_label
          ELSE COALESCE(question, '') || ': ' || answer_label
        END
      ) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(
              STRUCT(
                depth IS NULL AS key_0_is_null,
                depth AS key_0,
                attribute_feature_hash IS NULL AS key_1_is_null,
                attribute_feature_hash AS key_1,
                CASE
                  WHEN depth = 0
                  THEN answer_label
                  ELSE COALESCE(question, '') || ': ' || answer_label
                END AS part
              )
            )
          ),
          gathered -> gathered.part
        ),
        ' & '
      )
    END AS full_answer_label
  FROM given
  GROUP BY
    project_hash,
    data_hash,
    label_hash,
    classification_hash
) AS w
  USING (project_hash, data_hash, label_hash, classification_hash);
