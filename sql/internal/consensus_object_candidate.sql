-- subject: consensus
-- key: label_row_id other_label_row_id space_id frame object_hash other_object_hash
CREATE VIEW internal.consensus_object_candidate AS
WITH one AS MATERIALIZED (
    -- By themselves first: else DuckDB joins all objects of a frame number, of whatever data units, with one another.
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
        p.other_branch_name,
        p.other_label_hash,
        p.other_label_row_id,
        p.pair_kind,
        a.space_id,
        a.frame,
        a.object_hash,
        a.object_name,
        a.feature_hash,
        a.shape,
        a.x_min,
        a.y_min,
        a.x_max,
        a.y_max,
        a.min_iou
    FROM internal.consensus_branch_pair AS p
    JOIN internal.consensus_object AS a ON a.label_row_id = p.label_row_id
)
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
    other_branch_name,
    other_label_hash,
    other_label_row_id,
    pair_kind,
    space_id,
    frame,
    object_hash,
    object_name,
    feature_hash,
    other_object_hash,
    other_object_name,
    other_feature_hash,
    same_class,
    iou,
    iou_method,
    min_iou,
    iou >= min_iou AS is_close
FROM (
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
        a.other_branch_name,
        a.other_label_hash,
        a.other_label_row_id,
        a.pair_kind,
        a.space_id,
        a.frame,
        a.object_hash,
        a.object_name,
        a.feature_hash,
        b.object_hash AS other_object_hash,
        b.object_name AS other_object_name,
        b.feature_hash AS other_feature_hash,
        a.feature_hash = b.feature_hash AS same_class,
        COALESCE(
            e.iou,
            (LEAST(a.x_max, b.x_max) - GREATEST(a.x_min, b.x_min))
                * (LEAST(a.y_max, b.y_max) - GREATEST(a.y_min, b.y_min))
            / (
                (a.x_max - a.x_min) * (a.y_max - a.y_min) + (b.x_max - b.x_min) * (b.y_max - b.y_min)
                - (LEAST(a.x_max, b.x_max) - GREATEST(a.x_min, b.x_min))
                * (LEAST(a.y_max, b.y_max) - GREATEST(a.y_min, b.y_min))
            )
        ) AS iou,
        CASE WHEN e.iou IS NOT NULL THEN 'exact'
             WHEN a.shape = 'bounding_box' AND b.shape = 'bounding_box' THEN 'box'
             ELSE 'extent' END AS iou_method,
        GREATEST(a.min_iou, b.min_iou) AS min_iou
    FROM one AS a
    JOIN internal.consensus_object AS b
        ON b.label_row_id = a.other_label_row_id AND b.space_id = a.space_id AND b.frame = a.frame
        AND a.x_min < b.x_max AND b.x_min < a.x_max AND a.y_min < b.y_max AND b.y_min < a.y_max
    -- Filled by the connector where a shape is more than its extent: what it measured replaces the extents' figure.
    LEFT JOIN internal.object_pair_iou AS e
        ON e.label_hash = a.label_hash AND e.other_label_hash = a.other_label_hash AND e.space_id = a.space_id
        AND e.frame = a.frame AND e.object_hash = a.object_hash AND e.other_object_hash = b.object_hash
) AS overlapping;

COMMENT ON VIEW internal.consensus_object_candidate IS
    'One row two objects on a frame, of two branches that are compared, whose extents overlap.';
