-- subject: consensus
-- key: label_row_id classification_hash attribute_feature_hash
CREATE VIEW internal.consensus_instance_answer AS
WITH given AS (
    -- Ticked options are gathered once per instance, not once per frame. A blank text is no answer.
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
        STRING_AGG(
            COALESCE(a.attribute_answer_feature_hash, LOWER(TRIM(a.attribute_answer))), '; '
            ORDER BY a.option_position, a.answer_position
        ) AS answer,
        STRING_AGG(
            COALESCE(a.attribute_answer, a.attribute_answer_feature_hash), '; '
            ORDER BY a.option_position, a.answer_position
        ) AS answer_label,
        MAX(a.answer_number) AS answer_number
    FROM consensus_branch AS b
    JOIN internal.named_answer AS a ON a.label_hash = b.label_hash
    WHERE b.branch_role <> 'other'
      AND a.owner_kind = 'classification'
      AND COALESCE(a.attribute_answer_feature_hash, NULLIF(TRIM(a.attribute_answer), '')) IS NOT NULL
    GROUP BY
        b.project_hash, b.project_title, b.data_hash, b.data_title, b.dataset_title, b.data_type, b.branch_name,
        b.label_hash, b.label_row_id, b.branch_role, b.annotator, b.is_submitted, b.is_event_based, a.owner_hash,
        a.attribute_feature_hash
)
SELECT
    g.project_hash,
    g.project_title,
    g.data_hash,
    g.data_title,
    g.dataset_title,
    g.data_type,
    g.branch_name,
    g.label_hash,
    g.label_row_id,
    g.branch_role,
    g.annotator,
    g.is_submitted,
    g.is_event_based,
    g.classification_hash,
    g.attribute_feature_hash,
    g.question,
    g.answer_type,
    g.depth,
    g.parent_option_hash,
    g.answer,
    g.answer_label,
    g.answer_number,
    -- By a window, not by a join: so PostgreSQL, too, reads only the data unit that is asked for.
    CASE WHEN g.depth = 0 THEN STRING_AGG(
        CASE WHEN g.depth = 0 THEN g.answer ELSE g.attribute_feature_hash || '=' || g.answer END, ' & '
    ) OVER whole END AS full_answer,
    CASE WHEN g.depth = 0 THEN STRING_AGG(
        CASE WHEN g.depth = 0 THEN g.answer_label ELSE COALESCE(g.question, '') || ': ' || g.answer_label END, ' & '
    ) OVER whole END AS full_answer_label
FROM given AS g
WINDOW whole AS (
    PARTITION BY g.project_hash, g.data_hash, g.label_hash, g.classification_hash
    ORDER BY g.depth, g.attribute_feature_hash COLLATE "C"
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
);

COMMENT ON VIEW internal.consensus_instance_answer IS
    'One row per question that a classification instance answers, nested ones too, of main and annotators'' branches of consensus tasks: not expanded to frames, audio and continuous scenes too.';
