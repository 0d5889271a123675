-- subject: consensus
-- key: label_row_id other_label_row_id space_id object_hash other_object_hash
CREATE VIEW consensus_track_pair AS
WITH pair AS MATERIALIZED (
    SELECT
        label_row_id, other_label_row_id, space_id, object_hash, other_object_hash,
        MAX(label_hash) AS label_hash, MAX(other_label_hash) AS other_label_hash,
        COUNT(*) AS n_matched_frames, COUNT(*) FILTER (WHERE iou_method = 'extent') AS n_by_extent
    FROM consensus_object_match
    GROUP BY label_row_id, other_label_row_id, space_id, object_hash, other_object_hash
), object AS MATERIALIZED (
    SELECT
        label_row_id, space_id, frame, object_hash, object_name, feature_hash, x_min, y_min, x_max, y_max, min_iou
    FROM internal.consensus_object
), one AS (
    -- Full joins: every other is a nested loop to PostgreSQL, which takes thousands of rows for one here.
    SELECT p.*, o.frame, o.object_name, o.feature_hash, o.x_min, o.y_min, o.x_max, o.y_max, o.min_iou
    FROM pair AS p
    FULL JOIN object AS o
        ON o.label_row_id = p.label_row_id AND o.space_id = p.space_id AND o.object_hash = p.object_hash
    WHERE COALESCE(p.n_matched_frames, 0) > 0 AND COALESCE(o.frame, -1) >= 0
), other AS (
    SELECT p.*, o.frame, o.object_name, o.feature_hash, o.x_min, o.y_min, o.x_max, o.y_max, o.min_iou
    FROM pair AS p
    FULL JOIN object AS o
        ON o.label_row_id = p.other_label_row_id AND o.space_id = p.space_id AND o.object_hash = p.other_object_hash
    WHERE COALESCE(p.n_matched_frames, 0) > 0 AND COALESCE(o.frame, -1) >= 0
), on_frame AS (
    SELECT
        COALESCE(a.label_row_id, b.label_row_id) AS label_row_id,
        COALESCE(a.other_label_row_id, b.other_label_row_id) AS other_label_row_id,
        COALESCE(a.space_id, b.space_id) AS space_id,
        COALESCE(a.object_hash, b.object_hash) AS object_hash,
        COALESCE(a.other_object_hash, b.other_object_hash) AS other_object_hash,
        COALESCE(a.n_matched_frames, b.n_matched_frames) AS n_matched_frames,
        COALESCE(a.n_by_extent, b.n_by_extent) AS n_by_extent,
        a.label_hash,
        a.other_label_hash,
        a.object_name,
        a.feature_hash,
        b.object_name AS other_object_name,
        b.feature_hash AS other_feature_hash,
        GREATEST(a.min_iou, b.min_iou) AS min_iou,
        a.frame AS frame,
        b.frame AS other_frame,
        COALESCE((a.x_max - a.x_min) * (a.y_max - a.y_min), 0)
            + COALESCE((b.x_max - b.x_min) * (b.y_max - b.y_min), 0) AS areas,
        CASE WHEN a.x_min < b.x_max AND b.x_min < a.x_max AND a.y_min < b.y_max AND b.y_min < a.y_max
             THEN (LEAST(a.x_max, b.x_max) - GREATEST(a.x_min, b.x_min))
                 * (LEAST(a.y_max, b.y_max) - GREATEST(a.y_min, b.y_min))
             ELSE 0 END AS overlap
    FROM one AS a
    FULL JOIN other AS b
        ON b.label_row_id = a.label_row_id AND b.other_label_row_id = a.other_label_row_id
        AND b.space_id = a.space_id AND b.frame = a.frame
        AND b.object_hash = a.object_hash AND b.other_object_hash = a.other_object_hash
), measured AS (
    -- Where the shapes themselves were measured: what overlap, of the same two extents, has that IoU.
    SELECT f.*, COALESCE(e.iou / (1 + e.iou) * f.areas, f.overlap) AS shared
    FROM on_frame AS f
    LEFT JOIN internal.object_pair_iou AS e
        ON e.label_hash = f.label_hash AND e.other_label_hash = f.other_label_hash AND e.space_id = f.space_id
        AND e.frame = f.other_frame AND e.object_hash = f.object_hash AND e.other_object_hash = f.other_object_hash
), track AS (
    SELECT
        label_row_id,
        other_label_row_id,
        space_id,
        object_hash,
        other_object_hash,
        MAX(object_name) AS object_name,
        MAX(feature_hash) AS feature_hash,
        MAX(other_object_name) AS other_object_name,
        MAX(other_feature_hash) AS other_feature_hash,
        MAX(feature_hash) = MAX(other_feature_hash) AS same_class,
        COUNT(frame) AS n_frames,
        COUNT(other_frame) AS n_other_frames,
        COUNT(*) FILTER (WHERE frame = other_frame) AS n_both,
        COUNT(*) AS n_either,
        MAX(n_matched_frames) AS n_matched_frames,
        CAST(MAX(n_by_extent) AS DOUBLE PRECISION) / MAX(n_matched_frames) AS share_by_extent,
        MAX(min_iou) AS min_iou,
        -- Rounded, and not at a tie: the last digit of a sum differs from run to run, and between engines.
        FLOOR(SUM(shared) / (SUM(areas) - SUM(shared)) * 1e9 + 0.5001) / 1e9 AS volume_iou
    FROM measured
    GROUP BY label_row_id, other_label_row_id, space_id, object_hash, other_object_hash
), placed AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY label_row_id, other_label_row_id, space_id, object_hash
            ORDER BY CASE WHEN same_class THEN 0 ELSE 1 END, volume_iou DESC, other_object_hash COLLATE "C"
        ) AS place,
        ROW_NUMBER() OVER (
            PARTITION BY label_row_id, other_label_row_id, space_id, other_object_hash
            ORDER BY CASE WHEN same_class THEN 0 ELSE 1 END, volume_iou DESC, object_hash COLLATE "C"
        ) AS other_place
    FROM track
)
SELECT
    p.project_hash,
    p.project_title,
    p.data_hash,
    p.data_title,
    p.dataset_title,
    p.data_type,
    p.branch_name,
    p.label_hash,
    p.label_row_id,
    p.annotator,
    p.other_branch_name,
    p.other_label_row_id,
    p.other_annotator,
    p.pair_kind,
    t.space_id,
    t.object_hash,
    t.object_name,
    t.feature_hash,
    t.other_object_hash,
    t.other_object_name,
    t.other_feature_hash,
    t.same_class,
    t.n_frames,
    t.n_other_frames,
    t.n_both,
    t.n_either,
    t.n_matched_frames,
    CAST(t.n_both AS DOUBLE PRECISION) / t.n_either AS temporal_iou,
    t.volume_iou,
    t.place = 1 AND t.other_place = 1 AND t.volume_iou >= t.min_iou AS is_match,
    t.share_by_extent
FROM placed AS t
FULL JOIN internal.consensus_branch_pair AS p
    ON p.label_row_id = t.label_row_id AND p.other_label_row_id = t.other_label_row_id
WHERE COALESCE(t.n_either, 0) > 0;

COMMENT ON VIEW consensus_track_pair IS
    'One row two objects of two branches that are taken as one on some frame, over the whole data unit.';
