-- subject: changes
-- key: label_hash object_hash changed_at
CREATE VIEW internal.object_change AS
SELECT
    label_hash,
    object_hash,
    changed_at,
    CASE
        WHEN change IN ('added', 'removed') THEN change
        WHEN feature_hash <> after_feature_hash THEN 're-classed'
        WHEN n_reshaped > 0 THEN 'reshaped'
        WHEN n_moved + n_ranges > 0 THEN 'moved'
        WHEN n_added > 0 AND n_removed > 0 THEN 'frames changed'
        WHEN n_added > 0 THEN 'frames added'
        WHEN n_removed > 0 THEN 'frames removed'
        ELSE 'noted'
    END AS change_kind,
    CAST(n_added AS BIGINT) AS n_added,
    CAST(n_removed AS BIGINT) AS n_removed,
    CAST(n_moved AS BIGINT) AS n_moved,
    CAST(n_reshaped AS BIGINT) AS n_reshaped,
    iou,
    shift,
    last_edited_at,
    last_edited_by
FROM (
    SELECT
        s.label_hash,
        s.object_hash,
        s.changed_at,
        MAX(s.change) AS change,
        MAX(s.feature_hash) AS feature_hash,
        MAX(s.after_feature_hash) AS after_feature_hash,
        SUM(s.n_added) AS n_added,
        SUM(s.n_removed) AS n_removed,
        SUM(s.n_moved) AS n_moved,
        SUM(s.n_reshaped) AS n_reshaped,
        SUM(s.n_ranges) AS n_ranges,
        MAX(s.iou) AS iou,
        MAX(s.shift) AS shift,
        MAX(s.last_edited_at) AS last_edited_at,
        MAX(s.last_edited_by) AS last_edited_by
    FROM (
        SELECT
            h.label_hash,
            h.object_hash,
            h.replaced_at AS changed_at,
            h.change,
            h.feature_hash,
            CASE WHEN h.next_at IS NULL THEN i.feature_hash ELSE h.next_feature_hash END AS after_feature_hash,
            0 AS n_added, 0 AS n_removed, 0 AS n_moved, 0 AS n_reshaped, 0 AS n_ranges,
            CAST(NULL AS DOUBLE PRECISION) AS iou,
            CAST(NULL AS DOUBLE PRECISION) AS shift,
            CASE WHEN h.next_at IS NULL THEN i.last_edited_at ELSE h.next_edited_at END AS last_edited_at,
            CASE WHEN h.next_at IS NULL THEN i.last_edited_by ELSE h.next_edited_by END AS last_edited_by
        FROM (
            SELECT
                *,
                LEAD(replaced_at) OVER later AS next_at,
                LEAD(feature_hash) OVER later AS next_feature_hash,
                LEAD(last_edited_at) OVER later AS next_edited_at,
                LEAD(last_edited_by) OVER later AS next_edited_by
            FROM internal.object_instance_history
            WINDOW later AS (PARTITION BY label_hash, object_hash ORDER BY replaced_at)
        ) AS h
        LEFT JOIN object_instance AS i ON i.label_hash = h.label_hash AND i.object_hash = h.object_hash
        UNION ALL
        SELECT
            label_hash,
            object_hash,
            changed_at,
            CAST(NULL AS VARCHAR) AS change,
            CAST(NULL AS VARCHAR) AS feature_hash,
            CAST(NULL AS VARCHAR) AS after_feature_hash,
            COUNT(CASE WHEN frame_change = 'added' THEN 1 END) AS n_added,
            COUNT(CASE WHEN frame_change = 'removed' THEN 1 END) AS n_removed,
            COUNT(CASE WHEN frame_change = 'moved' THEN 1 END) AS n_moved,
            COUNT(CASE WHEN frame_change = 'reshaped' THEN 1 END) AS n_reshaped,
            0 AS n_ranges,
            AVG(CASE WHEN frame_change IN ('moved', 'reshaped') THEN overlap / NULLIF(
                (before_x_max - before_x_min) * (before_y_max - before_y_min)
                + (after_x_max - after_x_min) * (after_y_max - after_y_min) - overlap, 0) END) AS iou,
            AVG(CASE WHEN frame_change IN ('moved', 'reshaped') THEN
                SQRT(POWER((after_x_min + after_x_max - before_x_min - before_x_max) / 2, 2)
                     + POWER((after_y_min + after_y_max - before_y_min - before_y_max) / 2, 2)) END) AS shift,
            MAX(last_edited_at) AS last_edited_at,
            MAX(last_edited_by) AS last_edited_by
        FROM (
            SELECT
                *,
                GREATEST(LEAST(before_x_max, after_x_max) - GREATEST(before_x_min, after_x_min), 0)
                * GREATEST(LEAST(before_y_max, after_y_max) - GREATEST(before_y_min, after_y_min), 0) AS overlap
            FROM internal.object_frame_change
        ) AS overlapping
        GROUP BY label_hash, object_hash, changed_at
        UNION ALL
        SELECT
            label_hash,
            object_hash,
            replaced_at AS changed_at,
            CAST(NULL AS VARCHAR) AS change,
            CAST(NULL AS VARCHAR) AS feature_hash,
            CAST(NULL AS VARCHAR) AS after_feature_hash,
            0 AS n_added, 0 AS n_removed, 0 AS n_moved, 0 AS n_reshaped,
            COUNT(*) AS n_ranges,
            CAST(NULL AS DOUBLE PRECISION) AS iou,
            CAST(NULL AS DOUBLE PRECISION) AS shift,
            CAST(NULL AS TIMESTAMPTZ) AS last_edited_at,
            CAST(NULL AS VARCHAR) AS last_edited_by
        FROM internal.object_range_history
        GROUP BY label_hash, object_hash, replaced_at
        UNION ALL
        -- Of a label row that an earlier sync knew without labels, all that came first is new; nothing was replaced.
        SELECT
            k.label_hash,
            k.item_hash AS object_hash,
            v.written_at AS changed_at,
            'added' AS change,
            CAST(NULL AS VARCHAR) AS feature_hash,
            CAST(NULL AS VARCHAR) AS after_feature_hash,
            COUNT(CASE WHEN later.frame IS NULL THEN a.frame END) AS n_added,
            0 AS n_removed, 0 AS n_moved, 0 AS n_reshaped, 0 AS n_ranges,
            CAST(NULL AS DOUBLE PRECISION) AS iou,
            CAST(NULL AS DOUBLE PRECISION) AS shift,
            MAX(CASE WHEN later.frame IS NULL THEN a.last_edited_at END) AS last_edited_at,
            MAX(CASE WHEN later.frame IS NULL THEN a.last_edited_by END) AS last_edited_by
        FROM label_row_version AS v
        JOIN internal.item_class AS k
            ON k.label_hash = v.label_hash AND k.label_kind = 'object' AND k.class_from IS NULL
        LEFT JOIN (
            SELECT label_hash, object_hash, space_id, frame, last_edited_at, last_edited_by FROM object_annotation
            UNION ALL
            SELECT label_hash, object_hash, space_id, frame, last_edited_at, last_edited_by
            FROM internal.object_annotation_history
            WHERE change = 'removed'
        ) AS a
            ON a.label_hash = k.label_hash AND a.object_hash = k.item_hash
        -- What an edit added later did not come first. A NOT EXISTS here would be asked of every object on a frame.
        LEFT JOIN (
            SELECT DISTINCT label_hash, object_hash, space_id, frame
            FROM internal.object_annotation_history
            WHERE change = 'added'
        ) AS later
            ON later.label_hash = a.label_hash AND later.object_hash = a.object_hash
            AND later.space_id = a.space_id AND later.frame = a.frame
        WHERE v.reason = 'first' AND v.unchanged_until IS NOT NULL
        GROUP BY k.label_hash, k.item_hash, v.written_at
    ) AS s
    GROUP BY s.label_hash, s.object_hash, s.changed_at
) AS changed;

COMMENT ON VIEW internal.object_change IS
    'One row per object that a sync found changed: the most telling kind of change, its class before and after, and on how many frames it changed how.';
