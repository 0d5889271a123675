-- subject: consensus
-- key: label_row_id space_id frame object_hash
CREATE VIEW internal.consensus_object AS
WITH threshold AS (
    -- DuckDB's table has no key: somebody may add a row where one was to be changed.
    SELECT project_hash, feature_hash, MAX(min_iou) AS min_iou
    FROM consensus_threshold
    GROUP BY project_hash, feature_hash
)
SELECT
    r.project_hash,
    r.project_title,
    r.data_hash,
    r.data_title,
    r.dataset_title,
    r.data_type,
    r.branch_name,
    o.label_hash,
    r.label_row_id,
    r.branch_role,
    r.annotator,
    o.space_id,
    o.frame,
    o.object_hash,
    c.name AS object_name,
    i.feature_hash,
    i.shape,
    o.x_min,
    o.y_min,
    o.x_max,
    o.y_max,
    COALESCE(own.min_iou, of_class.min_iou, of_project.min_iou, of_all.min_iou, 0.5) AS min_iou
FROM consensus_branch AS r
JOIN object_annotation AS o ON o.label_hash = r.label_hash
JOIN object_instance AS i ON i.label_hash = o.label_hash AND i.object_hash = o.object_hash
LEFT JOIN ontology_class AS c ON c.project_hash = r.project_hash AND c.feature_hash = i.feature_hash
LEFT JOIN threshold AS own ON own.project_hash = r.project_hash AND own.feature_hash = i.feature_hash
LEFT JOIN threshold AS of_class ON of_class.project_hash = '*' AND of_class.feature_hash = i.feature_hash
LEFT JOIN threshold AS of_project
    ON of_project.project_hash = r.project_hash AND of_project.feature_hash = '*'
LEFT JOIN threshold AS of_all ON of_all.project_hash = '*' AND of_all.feature_hash = '*'
WHERE (r.branch_role = 'main' OR r.is_submitted)
  AND r.is_event_based = FALSE
  AND COALESCE(c.is_archived, FALSE) = FALSE
  -- What has an area; the other bounds keep numbers of no meaning out of PostgreSQL's errors of overflow.
  AND o.x_max > o.x_min + 1e-9 AND o.y_max > o.y_min + 1e-9
  AND o.x_min > -1e6 AND o.y_min > -1e6 AND o.x_max < 1e6 AND o.y_max < 1e6;

COMMENT ON VIEW internal.consensus_object IS
    'One row per object on a frame, of a branch that is compared with another: what has an area in two dimensions, frames of continuous scenes left out.';
