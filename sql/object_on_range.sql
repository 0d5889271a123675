-- grain: one row a range of an object that is placed on ranges (audio, text, HTML, time series, point clouds)
-- after: current_label_row
CREATE VIEW object_on_range AS
SELECT
    r.project_hash,
    r.project_title,
    r.data_hash,
    r.data_title,
    r.dataset_title,
    r.data_type,
    r.branch_name,
    p.label_hash,
    r.label_row_id,
    r.workflow_stage_title,
    p.space_id,
    p.object_hash,
    c.name AS object_name,
    i.feature_hash,
    c.uid AS object_uid,
    c.color AS object_color,
    c.shape AS ontology_shape,
    i.object_number,
    p.position AS range_position,
    p.range_start,
    p.range_end,
    p.range_unit,
    p.start_xpath,
    p.start_offset,
    p.end_xpath,
    p.end_offset,
    i.confidence,
    i.is_manual,
    i.created_at,
    i.created_by,
    i.last_edited_at,
    i.last_edited_by
FROM object_range AS p
JOIN object_instance AS i ON i.label_hash = p.label_hash AND i.object_hash = p.object_hash
JOIN current_label_row AS r ON r.label_hash = p.label_hash
LEFT JOIN ontology_class AS c ON c.project_hash = r.project_hash AND c.feature_hash = i.feature_hash
WHERE COALESCE(c.is_archived, FALSE) = FALSE;

COMMENT ON VIEW object_on_range IS
    'One row a range of an object that is placed on ranges: audio, text, HTML, time series, point clouds.';
COMMENT ON COLUMN object_on_range.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN object_on_range.project_title IS 'The project''s title.';
COMMENT ON COLUMN object_on_range.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN object_on_range.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN object_on_range.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN object_on_range.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN object_on_range.branch_name IS
    'The branch: main, or an annotator''s or a model''s own. Count within one branch: consensus copies labels to main.';
COMMENT ON COLUMN object_on_range.label_hash IS 'Encord''s id of the label row.';
COMMENT ON COLUMN object_on_range.label_row_id IS 'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN object_on_range.workflow_stage_title IS 'The title of the workflow stage that the task is in.';
COMMENT ON COLUMN object_on_range.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN object_on_range.object_hash IS
    'The object instance, case-sensitive; the same over all its frames, unique only within its label row.';
COMMENT ON COLUMN object_on_range.object_name IS 'The object''s class, as the ontology names it now.';
COMMENT ON COLUMN object_on_range.feature_hash IS 'The ontology class, case-sensitive; the same for all its instances.';
COMMENT ON COLUMN object_on_range.object_uid IS
    'The running number of the object''s CLASS in the ontology (the SDK''s ontology_item.uid), not of the instance.';
COMMENT ON COLUMN object_on_range.object_color IS 'The colour of the object''s class, #RRGGBB.';
COMMENT ON COLUMN object_on_range.ontology_shape IS 'The shape of the object''s class, such as bounding_box.';
COMMENT ON COLUMN object_on_range.object_number IS 'The running number that the editor shows for the object.';
COMMENT ON COLUMN object_on_range.range_position IS 'The range''s place among the label''s ranges, from 0.';
COMMENT ON COLUMN object_on_range.range_start IS
    'First unit of the range, inclusive; NULL for HTML, and where it holds for the whole.';
COMMENT ON COLUMN object_on_range.range_end IS
    'Last unit of the range, inclusive; NULL for HTML, and where it holds for the whole.';
COMMENT ON COLUMN object_on_range.range_unit IS
    'frame, whole, millisecond, character, html, point (index in a point cloud), axis (time series), nanosecond, …';
COMMENT ON COLUMN object_on_range.start_xpath IS 'HTML: the node that the range starts in.';
COMMENT ON COLUMN object_on_range.start_offset IS 'HTML: characters into that node.';
COMMENT ON COLUMN object_on_range.end_xpath IS 'HTML: the node that the range ends in.';
COMMENT ON COLUMN object_on_range.end_offset IS 'HTML: characters into that node.';
COMMENT ON COLUMN object_on_range.confidence IS 'Confidence of a model, 0 to 1; NULL if Encord does not say.';
COMMENT ON COLUMN object_on_range.is_manual IS
    'True if a person made it, false if a model did; NULL if Encord does not say.';
COMMENT ON COLUMN object_on_range.created_at IS 'When it was created; NULL if Encord does not say.';
COMMENT ON COLUMN object_on_range.created_by IS 'Who created it (e-mail).';
COMMENT ON COLUMN object_on_range.last_edited_at IS
    'When it was last edited in the editor; NULL if Encord does not say.';
COMMENT ON COLUMN object_on_range.last_edited_by IS 'Who last edited it (e-mail).';
