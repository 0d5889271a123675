CREATE OR REPLACE TABLE team.encord_internal.consensus_attribute_side_given USING iceberg COMMENT 'A part of consensus_attribute_side.' AS
SELECT
  b.project_hash,
  b.data_hash,
  b.label_row_id,
  a.owner_hash AS object_hash,
  a.attribute_feature_hash,
  a.depth,
  a.answer_type = 'checklist' AS is_ticked,
  CASE WHEN NOT a.frame_start IS NULL THEN a.space_id END AS space_id,
  a.frame_start,
  a.frame_end,
  a.option_position,
  a.answer_position,
  a.attribute_answer_feature_hash AS option_hash,
  COALESCE(a.attribute_answer_feature_hash, LOWER(TRIM(a.attribute_answer))) AS answer,
  COALESCE(a.attribute_answer, a.attribute_answer_feature_hash) AS answer_label
FROM team.encord.consensus_branch AS b
JOIN team.encord_internal.named_answer AS a
  ON a.label_hash = b.label_hash
WHERE
  (
    b.branch_role = 'main' OR b.is_submitted
  )
  AND a.owner_kind = 'object'
  AND NOT COALESCE(a.attribute_answer_feature_hash, NULLIF(TRIM(a.attribute_answer), '')) IS NULL;

CREATE OR REPLACE VIEW team.encord.consensus_attribute_side COMMENT 'One row per attribute of an object on a frame, and another branch that has the object: both answers, where either gave one. Dynamic ones are read at the frame; a nested one counts where both answers open it.' AS
WITH pair AS (
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    object_hash,
    other_object_hash,
    MIN(frame) AS first_frame,
    MAX(frame) AS last_frame
  FROM team.encord.consensus_object_match AS consensus_object_match
  WHERE
    same_class
  GROUP BY
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    object_hash,
    other_object_hash
), asked AS (
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    object_hash,
    attribute_feature_hash,
    depth,
    is_ticked,
    space_id,
    frame_start,
    frame_end,
    option_position,
    answer_position,
    answer,
    answer_label
  FROM team.encord_internal.consensus_attribute_side_given AS given
  UNION ALL
  SELECT
    g.project_hash,
    g.data_hash,
    g.label_row_id,
    g.object_hash,
    t.feature_hash,
    t.depth,
    t.answer_type = 'checklist',
    g.space_id,
    CASE WHEN t.is_dynamic THEN COALESCE(g.frame_start, 0) END,
    CASE WHEN t.is_dynamic THEN COALESCE(g.frame_end, 9223372036854775807) END,
    NULL,
    NULL,
    NULL,
    NULL
  FROM team.encord_internal.consensus_attribute_side_given AS g
  JOIN team.encord.ontology_attribute AS t
    ON t.project_hash = g.project_hash AND t.parent_option_hash = g.option_hash
  WHERE
    t.is_archived = FALSE
), told AS (
  SELECT
    project_hash,
    data_hash,
    p.label_row_id,
    p.other_label_row_id,
    p.space_id,
    p.object_hash,
    p.other_object_hash,
    p.first_frame,
    p.last_frame,
    a.attribute_feature_hash,
    a.depth,
    a.is_ticked,
    a.frame_start,
    a.frame_end,
    a.option_position,
    a.answer_position,
    a.answer,
    a.answer_label,
    p.side
  FROM (
    SELECT
      pair.*,
      v.side,
      CASE WHEN v.side = 0 THEN pair.label_row_id ELSE pair.other_label_row_id END AS told_by,
      CASE WHEN v.side = 0 THEN pair.object_hash ELSE pair.other_object_hash END AS told_of
    FROM pair
    CROSS JOIN VALUES
      (0),
      (1) AS v(side)
  ) AS p
  FULL JOIN (
    SELECT
      *,
      label_row_id AS told_by,
      object_hash AS told_of
    FROM asked
  ) AS a
    USING (project_hash, data_hash, told_by, told_of)
  WHERE
    COALESCE(a.depth, -1) >= 0
    AND COALESCE(a.space_id, p.space_id, '') = COALESCE(p.space_id, '-')
), static AS (
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    object_hash,
    other_object_hash,
    attribute_feature_hash,
    CASE
      WHEN COUNT(CASE WHEN side = 0 THEN answer END) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(
              STRUCT(
                option_position IS NULL AS key_0_is_null,
                option_position AS key_0,
                answer_position IS NULL AS key_1_is_null,
                answer_position AS key_1,
                CASE WHEN side = 0 THEN answer END AS part
              )
            )
          ),
          gathered -> gathered.part
        ),
        '; '
      )
    END AS answer,
    CASE
      WHEN COUNT(CASE WHEN side = 1 THEN answer END) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(
              STRUCT(
                option_position IS NULL AS key_0_is_null,
                option_position AS key_0,
                answer_position IS NULL AS key_1_is_null,
                answer_position AS key_1,
                CASE WHEN side = 1 THEN answer END AS part
              )
            )
          ),
          gathered -> gathered.part
        ),
        '; '
      )
    END AS other_answer,
    CASE
      WHEN COUNT(CASE WHEN side = 0 THEN answer_label END) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(
              STRUCT(
                option_position IS NULL AS key_0_is_null,
                option_position AS key_0,
                answer_position IS NULL AS key_1_is_null,
                answer_position AS key_1,
                CASE WHEN side = 0 THEN answer_label END AS part
              )
            )
          ),
          gathered -> gathered.part
        ),
        '; '
      )
    END AS answer_label,
    CASE
      WHEN COUNT(CASE WHEN side = 1 THEN answer_label END) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(
              STRUCT(
                option_position IS NULL AS key_0_is_null,
                option_position AS key_0,
                answer_position IS NULL AS key_1_is_null,
                answer_position AS key_1,
                CASE WHEN side = 1 THEN answer_label END AS part
              )
            )
          ),
          gathered -> gathered.part
        ),
        '; '
      )
    END AS other_answer_label
  FROM told
  WHERE
    frame_start IS NULL
  GROUP BY
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    object_hash,
    other_object_hash,
    attribute_feature_hash
  HAVING
    COUNT(answer) > 0 AND (
      MAX(depth) = 0 OR MIN(side) < MAX(side)
    )
), held AS (
  SELECT
    t.project_hash,
    t.data_hash,
    t.label_row_id,
    t.other_label_row_id,
    t.space_id,
    n.frame,
    t.object_hash,
    t.other_object_hash,
    t.attribute_feature_hash,
    t.depth,
    t.is_ticked,
    t.option_position,
    t.answer_position,
    t.answer,
    t.answer_label,
    t.side
  FROM told AS t
  CROSS JOIN (
    SELECT
      MAX(frame) AS largest
    FROM team.encord_internal.frame_number AS frame_number
  ) AS all_frames
  CROSS JOIN LATERAL EXPLODE(
    IF(
      GREATEST(t.frame_start, t.first_frame) <= LEAST(t.frame_end, t.last_frame)
      AND GREATEST(t.frame_start, t.first_frame) <= all_frames.largest
      AND LEAST(t.frame_end, t.last_frame) >= 0,
      SEQUENCE(
        GREATEST(GREATEST(t.frame_start, t.first_frame), 0),
        LEAST(LEAST(t.frame_end, t.last_frame), all_frames.largest)
      ),
      ARRAY()
    )
  ) AS n(frame)
  WHERE
    NOT t.frame_start IS NULL
), dynamic AS (
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    frame,
    object_hash,
    other_object_hash,
    attribute_feature_hash,
    MIN(CASE WHEN side = 0 THEN answer END) AS answer,
    MIN(CASE WHEN side = 1 THEN answer END) AS other_answer,
    MIN(CASE WHEN side = 0 THEN answer_label END) AS answer_label,
    MIN(CASE WHEN side = 1 THEN answer_label END) AS other_answer_label
  FROM held
  WHERE
    NOT is_ticked
  GROUP BY
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    frame,
    object_hash,
    other_object_hash,
    attribute_feature_hash
  HAVING
    COUNT(answer) > 0 AND (
      MAX(depth) = 0 OR MIN(side) < MAX(side)
    )
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
    attribute_feature_hash,
    CASE
      WHEN COUNT(CASE WHEN side = 0 THEN answer END) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(
              STRUCT(
                option_position IS NULL AS key_0_is_null,
                option_position AS key_0,
                answer_position IS NULL AS key_1_is_null,
                answer_position AS key_1,
                CASE WHEN side = 0 THEN answer END AS part
              )
            )
          ),
          gathered -> gathered.part
        ),
        '; '
      )
    END,
    CASE
      WHEN COUNT(CASE WHEN side = 1 THEN answer END) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(
              STRUCT(
                option_position IS NULL AS key_0_is_null,
                option_position AS key_0,
                answer_position IS NULL AS key_1_is_null,
                answer_position AS key_1,
                CASE WHEN side = 1 THEN answer END AS part
              )
            )
          ),
          gathered -> gathered.part
        ),
        '; '
      )
    END,
    CASE
      WHEN COUNT(CASE WHEN side = 0 THEN answer_label END) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(
              STRUCT(
                option_position IS NULL AS key_0_is_null,
                option_position AS key_0,
                answer_position IS NULL AS key_1_is_null,
                answer_position AS key_1,
                CASE WHEN side = 0 THEN answer_label END AS part
              )
            )
          ),
          gathered -> gathered.part
        ),
        '; '
      )
    END,
    CASE
      WHEN COUNT(CASE WHEN side = 1 THEN answer_label END) > 0
      THEN ARRAY_JOIN(
        TRANSFORM(
          SORT_ARRAY(
            COLLECT_LIST(
              STRUCT(
                option_position IS NULL AS key_0_is_null,
                option_position AS key_0,
                answer_position IS NULL AS key_1_is_null,
                answer_position AS key_1,
                CASE WHEN side = 1 THEN answer_label END AS part
              )
            )
          ),
          gathered -> gathered.part
        ),
        '; '
      )
    END
  FROM held
  WHERE
    is_ticked
  GROUP BY
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    frame,
    object_hash,
    other_object_hash,
    attribute_feature_hash
  HAVING
    COUNT(answer) > 0 AND (
      MAX(depth) = 0 OR MIN(side) < MAX(side)
    )
), compared AS (
  SELECT
    project_hash,
    data_hash,
    label_row_id,
    other_label_row_id,
    space_id,
    m.frame,
    object_hash,
    other_object_hash,
    s.attribute_feature_hash,
    s.answer,
    s.other_answer,
    s.answer_label,
    s.other_answer_label
  FROM team.encord.consensus_object_match AS m
  FULL JOIN static AS s
    USING (project_hash, data_hash, label_row_id, other_label_row_id, space_id, object_hash, other_object_hash)
  WHERE
    COALESCE(m.same_class, FALSE) AND COALESCE(s.attribute_feature_hash, '') <> ''
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
    d.attribute_feature_hash,
    d.answer,
    d.other_answer,
    d.answer_label,
    d.other_answer_label
  FROM team.encord.consensus_object_match AS m
  FULL JOIN dynamic AS d
    USING (project_hash, data_hash, label_row_id, other_label_row_id, space_id, frame, object_hash, other_object_hash)
  WHERE
    COALESCE(m.same_class, FALSE) AND COALESCE(d.attribute_feature_hash, '') <> ''
), branch_pair AS (
  SELECT
    project_hash,
    project_title,
    data_hash,
    data_title,
    dataset_title,
    data_type,
    branch_name,
    label_hash,
    label_row_id,
    annotator,
    other_branch_name,
    other_label_hash,
    other_label_row_id,
    other_annotator,
    pair_kind
  FROM team.encord_internal.consensus_branch_pair AS consensus_branch_pair
), placed AS (
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
    p.other_label_hash,
    other_label_row_id,
    p.other_annotator,
    p.pair_kind,
    c.space_id,
    c.frame,
    c.object_hash,
    c.other_object_hash,
    c.attribute_feature_hash,
    c.answer,
    c.other_answer,
    c.answer_label,
    c.other_answer_label
  FROM compared AS c
  FULL JOIN branch_pair AS p
    USING (project_hash, data_hash, label_row_id, other_label_row_id)
  WHERE
    COALESCE(c.frame, -1) >= 0 AND COALESCE(p.pair_kind, '') <> ''
)
SELECT
  s.project_hash,
  s.project_title,
  s.data_hash,
  s.data_title,
  s.dataset_title,
  s.data_type,
  s.branch_name,
  s.label_hash,
  s.label_row_id,
  s.annotator,
  s.other_branch_name,
  s.other_label_row_id,
  s.other_annotator,
  s.pair_kind,
  s.space_id,
  s.frame,
  s.object_hash,
  c.name AS object_name,
  t.class_feature_hash AS feature_hash,
  s.other_object_hash,
  s.attribute_feature_hash,
  t.name AS attribute_name,
  t.answer_type,
  t.is_dynamic,
  t.depth,
  s.answer,
  s.other_answer,
  s.answer_label,
  s.other_answer_label,
  CAST(CASE WHEN s.answer = s.other_answer THEN 1 ELSE 0 END AS BIGINT) AS is_equal
FROM (
  SELECT
    p.project_hash,
    p.project_title,
    p.data_hash,
    p.data_title,
    p.dataset_title,
    p.data_type,
    CASE WHEN v.side = 0 THEN p.branch_name ELSE p.other_branch_name END AS branch_name,
    CASE WHEN v.side = 0 THEN p.label_hash ELSE p.other_label_hash END AS label_hash,
    CASE WHEN v.side = 0 THEN p.label_row_id ELSE p.other_label_row_id END AS label_row_id,
    CASE WHEN v.side = 0 THEN p.annotator ELSE p.other_annotator END AS annotator,
    CASE WHEN v.side = 0 THEN p.other_branch_name ELSE p.branch_name END AS other_branch_name,
    CASE WHEN v.side = 0 THEN p.other_label_row_id ELSE p.label_row_id END AS other_label_row_id,
    CASE WHEN v.side = 0 THEN p.other_annotator ELSE p.annotator END AS other_annotator,
    p.pair_kind,
    p.space_id,
    p.frame,
    CASE WHEN v.side = 0 THEN p.object_hash ELSE p.other_object_hash END AS object_hash,
    CASE WHEN v.side = 0 THEN p.other_object_hash ELSE p.object_hash END AS other_object_hash,
    p.attribute_feature_hash,
    CASE WHEN v.side = 0 THEN p.answer ELSE p.other_answer END AS answer,
    CASE WHEN v.side = 0 THEN p.other_answer ELSE p.answer END AS other_answer,
    CASE WHEN v.side = 0 THEN p.answer_label ELSE p.other_answer_label END AS answer_label,
    CASE WHEN v.side = 0 THEN p.other_answer_label ELSE p.answer_label END AS other_answer_label
  FROM placed AS p
  CROSS JOIN VALUES
    (0),
    (1) AS v(side)
) AS s
JOIN team.encord.ontology_attribute AS t
  ON t.project_hash = s.project_hash AND t.feature_hash = s.attribute_feature_hash
LEFT JOIN team.encord.ontology_class AS c
  ON c.project_hash = t.project_hash AND c.feature_hash = t.class_feature_hash;
