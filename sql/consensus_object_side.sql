-- subject: consensus
-- key: label_row_id other_label_row_id space_id frame object_hash
CREATE VIEW consensus_object_side AS
WITH pair AS MATERIALIZED (
    SELECT
        p.label_row_id, p.annotator, p.branch_name, p.other_branch_name, p.other_label_row_id, p.other_annotator,
        p.pair_kind
    FROM internal.consensus_branch_pair AS p
    -- Two branches whose objects have not been matched yet say nothing of one another.
    JOIN internal.consensus_matched_pair AS d
        ON d.label_row_id = p.label_row_id AND d.other_label_row_id = p.other_label_row_id
)
SELECT
    o.project_hash,
    o.project_title,
    o.data_hash,
    o.data_title,
    o.dataset_title,
    o.data_type,
    o.branch_name,
    o.label_hash,
    o.label_row_id,
    p.annotator,
    p.other_branch_name,
    p.other_label_row_id,
    p.other_annotator,
    p.pair_kind,
    o.space_id,
    o.frame,
    o.object_hash,
    o.object_name,
    o.feature_hash,
    CAST(CASE WHEN m.same_class THEN 1 ELSE 0 END AS BIGINT) AS is_found,
    m.iou,
    m.iou_method,
    CASE WHEN m.same_class THEN m.iou ELSE 0.0 END AS score,
    CASE WHEN m.same_class THEN 'found' WHEN m.iou IS NOT NULL THEN 'other_class' ELSE 'missing' END AS outcome,
    m.other_object_hash,
    c.name AS other_object_name,
    m.other_feature_hash,
    m.other_object_hash = o.object_hash AS same_hash
FROM (
    SELECT label_row_id, annotator, other_branch_name, other_label_row_id, other_annotator, pair_kind
    FROM pair
    UNION ALL
    SELECT other_label_row_id, other_annotator, branch_name, label_row_id, annotator, pair_kind
    FROM pair
) AS p
JOIN internal.consensus_object AS o ON o.label_row_id = p.label_row_id
LEFT JOIN (
    SELECT
        label_row_id, other_label_row_id, space_id, frame, object_hash, same_class, iou, iou_method,
        other_object_hash, other_feature_hash
    FROM consensus_object_match
    UNION ALL
    SELECT
        other_label_row_id, label_row_id, space_id, frame, other_object_hash, same_class, iou, iou_method,
        object_hash, feature_hash
    FROM consensus_object_match
) AS m
    ON m.label_row_id = p.label_row_id AND m.other_label_row_id = p.other_label_row_id
    AND m.space_id = o.space_id AND m.frame = o.frame AND m.object_hash = o.object_hash
LEFT JOIN ontology_class AS c ON c.project_hash = o.project_hash AND c.feature_hash = m.other_feature_hash;

COMMENT ON VIEW consensus_object_side IS
    'One row an object on a frame and another branch that could have it, both ways round. Averages of is_found and score are agreement at any grain.';
