-- subject: consensus
-- key: label_row_id space_id frame object_hash
CREATE VIEW consensus_object_vote AS
SELECT
    b.project_hash,
    b.project_title,
    b.data_hash,
    b.data_title,
    b.dataset_title,
    b.data_type,
    b.branch_name,
    t.label_hash,
    t.label_row_id,
    b.annotator,
    t.space_id,
    t.frame,
    t.object_hash,
    c.name AS object_name,
    t.feature_hash,
    1 + t.n_found AS votes,
    u.n_submitted AS n_branches,
    CAST(1 + t.n_found AS DOUBLE PRECISION) / NULLIF(u.n_submitted, 0) AS vote_share,
    2 * (1 + t.n_found) > u.n_submitted AS is_majority,
    1 + t.n_found = u.n_submitted AS is_unanimous,
    t.data_hash || '/' || t.space_id || '/' || CAST(t.frame AS VARCHAR) || '/' || CAST(t.thing AS VARCHAR)
        AS cluster_key,
    t.is_medoid,
    t.score_sum,
    t.n_placed,
    t.n_by_extent
FROM internal.consensus_compared_object AS t
JOIN consensus_branch AS b ON b.label_row_id = t.label_row_id
JOIN internal.consensus_unit_state AS u ON u.project_hash = t.project_hash AND u.data_hash = t.data_hash
LEFT JOIN ontology_class AS c ON c.project_hash = t.project_hash AND c.feature_hash = t.feature_hash
WHERE t.thing > 0;

COMMENT ON VIEW consensus_object_vote IS
    'One row per object of an annotator on a frame: how many of the branches have it, in the same class, and which thing it is part of.';
