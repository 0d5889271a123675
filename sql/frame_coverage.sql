-- subject: frames
-- key: label_row_id space_id
CREATE VIEW frame_coverage AS
SELECT
    s.project_hash,
    s.project_title,
    s.data_hash,
    s.data_title,
    s.dataset_title,
    s.data_type,
    s.branch_name,
    s.label_hash,
    s.label_row_id,
    s.workflow_stage_title,
    s.space_id,
    s.n_frames,
    COALESCE(a.n_labelled_frames, 0) AS n_labelled_frames,
    s.n_frames - COALESCE(a.n_labelled_frames, 0) AS n_unlabelled_frames,
    CAST(COALESCE(a.n_objects_on_frames, 0) AS BIGINT) AS n_objects_on_frames
FROM (
    SELECT r.*, 'root' AS space_id, r.frame_count AS n_frames
    FROM current_label_row AS r
    WHERE r.frame_count > 0 AND r.data_type IN ('video', 'image', 'img_group', 'dicom', 'nifti', 'pdf')
    UNION ALL
    SELECT r.*, d.space_id, d.frame_count
    FROM data_space AS d
    JOIN current_label_row AS r ON r.label_hash = d.label_hash
    WHERE d.frame_count > 0 AND d.space_id <> 'root'
      AND d.space_type IN ('video', 'image', 'image_sequence', 'medical_file', 'medical_stack', 'pdf')
) AS s
LEFT JOIN (
    SELECT label_hash, space_id, COUNT(*) AS n_labelled_frames, SUM(n_objects) AS n_objects_on_frames
    FROM (
        SELECT a.label_hash, a.space_id, a.frame, COUNT(*) AS n_objects
        FROM object_annotation AS a
        -- DuckDB takes several times as long for NOT EXISTS.
        LEFT JOIN (
            SELECT DISTINCT i.label_hash, i.object_hash
            FROM object_instance AS i
            JOIN label_row AS l ON l.label_hash = i.label_hash
            JOIN ontology_class AS c ON c.project_hash = l.project_hash AND c.feature_hash = i.feature_hash
            WHERE c.is_archived
        ) AS x ON x.label_hash = a.label_hash AND x.object_hash = a.object_hash
        WHERE a.event IS NULL AND x.label_hash IS NULL
        GROUP BY a.label_hash, a.space_id, a.frame
    ) AS f
    GROUP BY label_hash, space_id
) AS a ON a.label_hash = s.label_hash AND a.space_id = s.space_id;

COMMENT ON VIEW frame_coverage IS
    'One row per label row, opened or not, and part of its data unit that has frames: how many of them have an object. Classifications and archived classes do not count.';
