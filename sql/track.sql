-- subject: frames
-- key: label_hash space_id object_hash
CREATE VIEW track AS
SELECT
    r.project_hash,
    r.project_title,
    r.data_hash,
    r.data_title,
    r.dataset_title,
    r.data_type,
    r.branch_name,
    t.label_hash,
    r.label_row_id,
    r.workflow_stage_title,
    t.space_id,
    t.object_hash,
    c.name AS object_name,
    i.feature_hash,
    c.shape AS ontology_shape,
    i.object_number,
    t.first_frame,
    t.last_frame,
    t.n_frames,
    t.last_frame - t.first_frame + 1 - t.n_frames AS n_missing_frames
FROM (
    SELECT
        label_hash,
        object_hash,
        space_id,
        MIN(frame) AS first_frame,
        MAX(frame) AS last_frame,
        COUNT(*) AS n_frames
    FROM object_annotation
    -- In continuous scenes a row is an event, and not a frame.
    WHERE event IS NULL
    GROUP BY label_hash, object_hash, space_id
) AS t
JOIN object_instance AS i ON i.label_hash = t.label_hash AND i.object_hash = t.object_hash
JOIN current_label_row AS r ON r.label_hash = t.label_hash
LEFT JOIN ontology_class AS c ON c.project_hash = r.project_hash AND c.feature_hash = i.feature_hash
WHERE COALESCE(c.is_archived, FALSE) = FALSE;

COMMENT ON VIEW track IS
    'One row per object and the part of the data unit that it is on: from which frame to which, on how many, and on how many between them it is missing. Not of continuous scenes.';
