-- grain: one row an object on a frame of a branch that is compared
-- after: consensus_branch
CREATE VIEW consensus_object AS
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

COMMENT ON VIEW consensus_object IS
    'One row an object on a frame, of a branch that is compared with another: what has an area in two dimensions, frames of continuous scenes left out.';
COMMENT ON COLUMN consensus_object.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_object.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_object.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN consensus_object.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN consensus_object.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN consensus_object.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN consensus_object.branch_name IS 'The branch.';
COMMENT ON COLUMN consensus_object.label_hash IS 'Encord''s id of the label row.';
COMMENT ON COLUMN consensus_object.label_row_id IS 'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN consensus_object.branch_role IS
    'main; annotator (named by a consensus task, or beginning with encord-); other: predictions, snapshots, … are never compared.';
COMMENT ON COLUMN consensus_object.annotator IS 'Whose branch it is; main for main.';
COMMENT ON COLUMN consensus_object.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN consensus_object.frame IS 'Frame from 0; image, slice or page number.';
COMMENT ON COLUMN consensus_object.object_hash IS
    'The object instance, case-sensitive, unique only within its label row.';
COMMENT ON COLUMN consensus_object.object_name IS 'The object''s class, as the ontology names it now.';
COMMENT ON COLUMN consensus_object.feature_hash IS 'The ontology class, case-sensitive.';
COMMENT ON COLUMN consensus_object.shape IS 'The shape that it is drawn in.';
COMMENT ON COLUMN consensus_object.x_min IS 'Left edge of its extent, 0 to 1.';
COMMENT ON COLUMN consensus_object.y_min IS 'Top edge of its extent, 0 to 1.';
COMMENT ON COLUMN consensus_object.x_max IS 'Right edge of its extent, 0 to 1.';
COMMENT ON COLUMN consensus_object.y_max IS 'Bottom edge of its extent, 0 to 1.';
COMMENT ON COLUMN consensus_object.min_iou IS
    'The least IoU at which objects of this class are taken for one (table consensus_threshold).';
