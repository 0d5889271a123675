-- subject: changes
-- key: label_hash changed_at label_kind item_hash attribute_feature_hash?
CREATE VIEW label_change AS
SELECT
    r.project_hash,
    r.project_title,
    r.data_hash,
    r.data_title,
    r.dataset_title,
    r.data_type,
    r.branch_name,
    c.label_hash,
    r.label_row_id,
    c.changed_at,
    v.unchanged_until,
    v.reason,
    v.workflow_stage_title,
    c.label_kind,
    c.item_hash,
    c.attribute_feature_hash,
    COALESCE(f.name, b.name) AS label_name,
    q.name AS attribute_name,
    c.change_kind,
    COALESCE(c.text_before, b.name) AS value_before,
    COALESCE(c.text_after, f.name) AS value_after,
    c.n_frames,
    c.iou,
    c.shift,
    c.last_edited_at,
    c.last_edited_by,
    v.run_id
FROM (
    SELECT
        label_hash,
        changed_at,
        'object' AS label_kind,
        object_hash AS item_hash,
        CAST(NULL AS VARCHAR) AS attribute_feature_hash,
        change_kind,
        CAST(NULL AS VARCHAR) AS text_before,
        CAST(NULL AS VARCHAR) AS text_after,
        CAST(n_added + n_removed + n_moved + n_reshaped AS BIGINT) AS n_frames,
        iou,
        shift,
        last_edited_at,
        last_edited_by
    FROM internal.object_change
    UNION ALL
    SELECT
        h.label_hash,
        h.replaced_at AS changed_at,
        'classification' AS label_kind,
        h.classification_hash AS item_hash,
        CAST(NULL AS VARCHAR) AS attribute_feature_hash,
        MIN(h.change) AS change_kind,
        CAST(NULL AS VARCHAR) AS text_before,
        CAST(NULL AS VARCHAR) AS text_after,
        CAST(NULL AS BIGINT) AS n_frames,
        CAST(NULL AS DOUBLE PRECISION) AS iou,
        CAST(NULL AS DOUBLE PRECISION) AS shift,
        -- Whoever edited last before it went is not the one who removed it.
        MAX(CASE WHEN h.change <> 'removed' THEN i.last_edited_at END) AS last_edited_at,
        MAX(CASE WHEN h.change <> 'removed' THEN i.last_edited_by END) AS last_edited_by
    FROM (
        SELECT
            label_hash, classification_hash, replaced_at,
            CASE WHEN change = 'changed' THEN 'noted' ELSE change END AS change
        FROM internal.classification_instance_history
        UNION ALL
        SELECT DISTINCT
            g.label_hash, g.classification_hash, g.replaced_at,
            'moved' AS change
        FROM internal.classification_range_history AS g
        -- A classification that came or went took its ranges with it.
        WHERE NOT EXISTS (
            SELECT 1 FROM internal.classification_instance_history AS o
            WHERE o.label_hash = g.label_hash AND o.classification_hash = g.classification_hash
                AND o.replaced_at = g.replaced_at AND o.change <> 'changed'
        )
        UNION ALL
        SELECT k.label_hash, k.item_hash AS classification_hash, v.written_at AS replaced_at, 'added' AS change
        FROM label_row_version AS v
        JOIN internal.item_class AS k
            ON k.label_hash = v.label_hash AND k.label_kind = 'classification' AND k.class_from IS NULL
        WHERE v.reason = 'first' AND v.unchanged_until IS NOT NULL
    ) AS h
    LEFT JOIN classification_instance AS i
        ON i.label_hash = h.label_hash AND i.classification_hash = h.classification_hash
    GROUP BY h.label_hash, h.replaced_at, h.classification_hash
    UNION ALL
    SELECT
        c.label_hash,
        c.changed_at,
        c.owner_kind AS label_kind,
        c.owner_hash AS item_hash,
        c.attribute_feature_hash,
        CASE WHEN c.answer_before IS NULL THEN 'answered' WHEN c.answer_after IS NULL THEN 'answer taken back'
             ELSE 'answer changed' END AS change_kind,
        COALESCE(c.answer_before, '') AS text_before,
        COALESCE(c.answer_after, '') AS text_after,
        CAST(NULL AS BIGINT) AS n_frames,
        CAST(NULL AS DOUBLE PRECISION) AS iou,
        CAST(NULL AS DOUBLE PRECISION) AS shift,
        COALESCE(o.last_edited_at, k.last_edited_at) AS last_edited_at,
        COALESCE(o.last_edited_by, k.last_edited_by) AS last_edited_by
    FROM internal.answer_change AS c
    LEFT JOIN object_instance AS o
        ON c.owner_kind = 'object' AND o.label_hash = c.label_hash AND o.object_hash = c.owner_hash
    LEFT JOIN classification_instance AS k
        ON c.owner_kind = 'classification' AND k.label_hash = c.label_hash AND k.classification_hash = c.owner_hash
) AS c
JOIN label_row_version AS v ON v.label_hash = c.label_hash AND v.written_at = c.changed_at
JOIN (
    SELECT
        l.project_hash, p.title AS project_title, l.data_hash, COALESCE(d.title, d.data_hash) AS data_title,
        d.dataset_title, d.data_type, l.branch_name, l.label_hash, l.label_row_id,
        ROW_NUMBER() OVER (PARTITION BY l.label_hash ORDER BY l.deleted_at DESC NULLS FIRST, l.label_row_id) AS place
    FROM label_row AS l
    JOIN project AS p ON p.project_hash = l.project_hash
    JOIN data_unit AS d ON d.project_hash = l.project_hash AND d.data_hash = l.data_hash
    WHERE l.label_hash IS NOT NULL
) AS r ON r.label_hash = c.label_hash AND r.place = 1
LEFT JOIN internal.item_class AS was
    ON was.label_hash = c.label_hash AND was.label_kind = c.label_kind AND was.item_hash = c.item_hash
    AND c.change_kind <> 'added' AND (was.class_from < c.changed_at OR was.class_from IS NULL)
    AND (was.class_until >= c.changed_at OR was.class_until IS NULL)
LEFT JOIN internal.item_class AS became
    ON became.label_hash = c.label_hash AND became.label_kind = c.label_kind AND became.item_hash = c.item_hash
    AND c.change_kind <> 'removed' AND (became.class_from <= c.changed_at OR became.class_from IS NULL)
    AND (became.class_until > c.changed_at OR became.class_until IS NULL)
LEFT JOIN ontology_class AS b ON b.project_hash = r.project_hash AND b.feature_hash = was.feature_hash
LEFT JOIN ontology_class AS f ON f.project_hash = r.project_hash AND f.feature_hash = became.feature_hash
LEFT JOIN ontology_attribute AS q ON q.project_hash = r.project_hash AND q.feature_hash = c.attribute_feature_hash
WHERE v.reason IN ('first', 'edited', 'restored', 'removed');

COMMENT ON VIEW label_change IS
    'One row per object, classification or answer that a sync found changed by an edit: what kind of change, before and after in words, who edited last and when. What changed only because the connector, the ontology or a data unit''s size did is left out.';
