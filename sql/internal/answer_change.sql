-- subject: changes
-- key: label_hash owner_kind owner_hash attribute_feature_hash changed_at
CREATE VIEW internal.answer_change AS
SELECT
    c.label_hash,
    c.owner_kind,
    c.owner_hash,
    c.attribute_feature_hash,
    c.changed_at,
    STRING_AGG(c.answer_before, '; ' ORDER BY c.space_id, c.position) AS answer_before,
    STRING_AGG(c.answer_after, '; ' ORDER BY c.space_id, c.position) AS answer_after
FROM (
    SELECT
        h.label_hash,
        h.owner_kind,
        h.owner_hash,
        h.space_id,
        h.attribute_feature_hash,
        h.position,
        h.replaced_at AS changed_at,
        CASE WHEN h.change <> 'added' THEN COALESCE(b.label, b.option_value, h.answer_text, '?') || CASE
            WHEN h.frame_start IS NULL THEN ''
            ELSE ' (' || CAST(h.frame_start AS VARCHAR) || '–' || CAST(h.frame_end AS VARCHAR) || ')' END
        END AS answer_before,
        CASE WHEN h.is_there_after THEN COALESCE(f.label, f.option_value, h.after_text, '?') || CASE
            WHEN h.after_start IS NULL THEN ''
            ELSE ' (' || CAST(h.after_start AS VARCHAR) || '–' || CAST(h.after_end AS VARCHAR) || ')' END
        END AS answer_after
    FROM (
        SELECT
            h.*,
            r.project_hash,
            CASE WHEN h.next_at IS NULL THEN a.label_hash IS NOT NULL ELSE h.next_change <> 'added' END AS is_there_after,
            CASE WHEN h.next_at IS NULL THEN a.option_feature_hash ELSE h.next_option END AS after_option,
            CASE WHEN h.next_at IS NULL THEN a.answer_text ELSE h.next_text END AS after_text,
            CASE WHEN h.next_at IS NULL THEN a.frame_start ELSE h.next_start END AS after_start,
            CASE WHEN h.next_at IS NULL THEN a.frame_end ELSE h.next_end END AS after_end
        FROM (
            SELECT
                *,
                LEAD(replaced_at) OVER later AS next_at,
                LEAD(change) OVER later AS next_change,
                LEAD(option_feature_hash) OVER later AS next_option,
                LEAD(answer_text) OVER later AS next_text,
                LEAD(frame_start) OVER later AS next_start,
                LEAD(frame_end) OVER later AS next_end
            FROM internal.attribute_answer_history
            WINDOW later AS (
                PARTITION BY label_hash, owner_kind, owner_hash, space_id, attribute_feature_hash, position
                ORDER BY replaced_at
            )
        ) AS h
        JOIN label_row_version AS r ON r.label_hash = h.label_hash AND r.written_at = h.replaced_at
        LEFT JOIN attribute_answer AS a
            ON a.label_hash = h.label_hash AND a.owner_kind = h.owner_kind AND a.owner_hash = h.owner_hash
            AND a.space_id = h.space_id AND a.attribute_feature_hash = h.attribute_feature_hash
            AND a.position = h.position
    ) AS h
    LEFT JOIN ontology_option AS b ON b.project_hash = h.project_hash AND b.feature_hash = h.option_feature_hash
    LEFT JOIN ontology_option AS f ON f.project_hash = h.project_hash AND f.feature_hash = h.after_option
) AS c
GROUP BY c.label_hash, c.owner_kind, c.owner_hash, c.attribute_feature_hash, c.changed_at;

COMMENT ON VIEW internal.answer_change IS
    'One row per question that a sync found answered otherwise: the answers that went and those that came, with their frames where they hold for some.';
