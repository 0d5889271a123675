-- subject: changes
-- key: label_hash space_id frame object_hash changed_at
CREATE VIEW internal.object_frame_change AS
SELECT
    label_hash,
    space_id,
    frame,
    object_hash,
    changed_at,
    change,
    x_min AS before_x_min,
    y_min AS before_y_min,
    x_max AS before_x_max,
    y_max AS before_y_max,
    after_x_min,
    after_y_min,
    after_x_max,
    after_y_max,
    last_edited_at,
    last_edited_by,
    CASE
        WHEN change <> 'changed' THEN change
        WHEN ABS(after_x_max - after_x_min - (x_max - x_min)) < 1e-9
            AND ABS(after_y_max - after_y_min - (y_max - y_min)) < 1e-9
            AND (after_x_min <> x_min OR after_y_min <> y_min)
            AND rotation IS NOT DISTINCT FROM after_rotation THEN 'moved'
        WHEN x IS DISTINCT FROM after_x OR y IS DISTINCT FROM after_y OR width IS DISTINCT FROM after_width
            OR height IS DISTINCT FROM after_height OR rotation IS DISTINCT FROM after_rotation
            OR geometry IS DISTINCT FROM after_geometry THEN 'reshaped'
        ELSE 'noted'
    END AS frame_change
FROM (
    SELECT
        h.label_hash,
        h.space_id,
        h.frame,
        h.object_hash,
        h.replaced_at AS changed_at,
        h.change,
        h.x, h.y, h.width, h.height, h.rotation, h.geometry, h.x_min, h.y_min, h.x_max, h.y_max,
        -- What came after is what the next change replaced, and otherwise what is there now.
        CASE WHEN h.next_at IS NULL THEN a.x ELSE h.next_x END AS after_x,
        CASE WHEN h.next_at IS NULL THEN a.y ELSE h.next_y END AS after_y,
        CASE WHEN h.next_at IS NULL THEN a.width ELSE h.next_width END AS after_width,
        CASE WHEN h.next_at IS NULL THEN a.height ELSE h.next_height END AS after_height,
        CASE WHEN h.next_at IS NULL THEN a.rotation ELSE h.next_rotation END AS after_rotation,
        CASE WHEN h.next_at IS NULL THEN a.geometry ELSE h.next_geometry END AS after_geometry,
        CASE WHEN h.next_at IS NULL THEN a.x_min ELSE h.next_x_min END AS after_x_min,
        CASE WHEN h.next_at IS NULL THEN a.y_min ELSE h.next_y_min END AS after_y_min,
        CASE WHEN h.next_at IS NULL THEN a.x_max ELSE h.next_x_max END AS after_x_max,
        CASE WHEN h.next_at IS NULL THEN a.y_max ELSE h.next_y_max END AS after_y_max,
        CASE WHEN h.next_at IS NULL THEN a.last_edited_at ELSE h.next_edited_at END AS last_edited_at,
        CASE WHEN h.next_at IS NULL THEN a.last_edited_by ELSE h.next_edited_by END AS last_edited_by
    FROM (
        SELECT
            *,
            LEAD(replaced_at) OVER later AS next_at,
            LEAD(x) OVER later AS next_x,
            LEAD(y) OVER later AS next_y,
            LEAD(width) OVER later AS next_width,
            LEAD(height) OVER later AS next_height,
            LEAD(rotation) OVER later AS next_rotation,
            LEAD(geometry) OVER later AS next_geometry,
            LEAD(x_min) OVER later AS next_x_min,
            LEAD(y_min) OVER later AS next_y_min,
            LEAD(x_max) OVER later AS next_x_max,
            LEAD(y_max) OVER later AS next_y_max,
            LEAD(last_edited_at) OVER later AS next_edited_at,
            LEAD(last_edited_by) OVER later AS next_edited_by
        FROM internal.object_annotation_history
        WINDOW later AS (PARTITION BY label_hash, object_hash, space_id, frame ORDER BY replaced_at)
    ) AS h
    LEFT JOIN object_annotation AS a
        ON a.label_hash = h.label_hash AND a.object_hash = h.object_hash AND a.space_id = h.space_id
        AND a.frame = h.frame
) AS compared;

COMMENT ON VIEW internal.object_frame_change IS
    'One row per object on a frame that a sync found changed: its extent before and after, and whether it was added, removed, moved, reshaped, or only something about it noted.';
