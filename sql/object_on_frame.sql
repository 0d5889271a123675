-- grain: one row an object on a frame
-- after: current_label_row
CREATE VIEW object_on_frame AS
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
    workflow_stage_title,
    space_id,
    frame,
    object_hash,
    object_name,
    feature_hash,
    object_uid,
    object_color,
    ontology_shape,
    object_number,
    x,
    y,
    width,
    height,
    rotation,
    x_min,
    y_min,
    x_max,
    y_max,
    x * frame_width AS x_pixels,
    y * frame_height AS y_pixels,
    width * frame_width AS width_pixels,
    height * frame_height AS height_pixels,
    x_min * frame_width AS x_min_pixels,
    y_min * frame_height AS y_min_pixels,
    x_max * frame_width AS x_max_pixels,
    y_max * frame_height AS y_max_pixels,
    frame_width,
    frame_height,
    geometry,
    image_hash,
    image_title,
    confidence,
    is_manual,
    is_deleted,
    created_at,
    created_by,
    last_edited_at,
    last_edited_by
FROM (
    SELECT
        r.project_hash,
        r.project_title,
        r.data_hash,
        r.data_title,
        r.dataset_title,
        r.data_type,
        r.branch_name,
        a.label_hash,
        r.label_row_id,
        r.workflow_stage_title,
        a.space_id,
        a.frame,
        a.object_hash,
        c.name AS object_name,
        i.feature_hash,
        c.uid AS object_uid,
        c.color AS object_color,
        c.shape AS ontology_shape,
        i.object_number,
        a.x,
        a.y,
        a.width,
        a.height,
        a.rotation,
        a.x_min,
        a.y_min,
        a.x_max,
        a.y_max,
        -- A part of a data group has its own size or none that is known; the group's is not its.
        CASE WHEN a.space_id = 'root' THEN COALESCE(NULLIF(f.width, 0), NULLIF(s.width, 0), r.frame_width)
             ELSE NULLIF(s.width, 0) END AS frame_width,
        CASE WHEN a.space_id = 'root' THEN COALESCE(NULLIF(f.height, 0), NULLIF(s.height, 0), r.frame_height)
             ELSE NULLIF(s.height, 0) END AS frame_height,
        a.geometry,
        CASE WHEN a.space_id = 'root' THEN f.image_hash END AS image_hash,
        CASE WHEN a.space_id = 'root' THEN f.title END AS image_title,
        a.confidence,
        a.is_manual,
        a.is_deleted,
        a.created_at,
        a.created_by,
        a.last_edited_at,
        a.last_edited_by
    FROM object_annotation AS a
    JOIN object_instance AS i ON i.label_hash = a.label_hash AND i.object_hash = a.object_hash
    JOIN current_label_row AS r ON r.label_hash = a.label_hash
    LEFT JOIN ontology_class AS c ON c.project_hash = r.project_hash AND c.feature_hash = i.feature_hash
    LEFT JOIN data_space AS s ON s.label_hash = a.label_hash AND s.space_id = a.space_id
    LEFT JOIN data_frame AS f
        ON f.project_hash = r.project_hash AND f.data_hash = r.data_hash AND f.frame = a.frame
    WHERE COALESCE(c.is_archived, FALSE) = FALSE
      -- In continuous scenes a row is an event: the one that ends an object does not show it.
      AND COALESCE(a.event, 'upsert') <> 'delete'
) AS placed;

COMMENT ON VIEW object_on_frame IS
    'One row an object on a frame. In continuous scenes one row an event at which an object appears or moves.';
COMMENT ON COLUMN object_on_frame.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN object_on_frame.project_title IS 'The project''s title.';
COMMENT ON COLUMN object_on_frame.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN object_on_frame.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN object_on_frame.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN object_on_frame.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN object_on_frame.branch_name IS
    'The branch: main, or an annotator''s or a model''s own. Count within one branch: consensus copies labels to main.';
COMMENT ON COLUMN object_on_frame.label_hash IS 'Encord''s id of the label row.';
COMMENT ON COLUMN object_on_frame.label_row_id IS 'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN object_on_frame.workflow_stage_title IS 'The title of the workflow stage that the task is in.';
COMMENT ON COLUMN object_on_frame.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN object_on_frame.frame IS
    'Frame from 0; image, slice or page number; nanoseconds of the event in continuous scenes.';
COMMENT ON COLUMN object_on_frame.object_hash IS
    'The object instance, case-sensitive; the same over all its frames, unique only within its label row.';
COMMENT ON COLUMN object_on_frame.object_name IS 'The object''s class, as the ontology names it now.';
COMMENT ON COLUMN object_on_frame.feature_hash IS 'The ontology class, case-sensitive; the same for all its instances.';
COMMENT ON COLUMN object_on_frame.object_uid IS
    'The running number of the object''s CLASS in the ontology (the SDK''s ontology_item.uid), not of the instance.';
COMMENT ON COLUMN object_on_frame.object_color IS 'The colour of the object''s class, #RRGGBB.';
COMMENT ON COLUMN object_on_frame.ontology_shape IS 'The shape of the object''s class, such as bounding_box.';
COMMENT ON COLUMN object_on_frame.object_number IS 'The running number that the editor shows for the object.';
COMMENT ON COLUMN object_on_frame.x IS
    'Left edge of a box, centre of a circle or ellipse, or the point; 0 to 1 of the frame''s width.';
COMMENT ON COLUMN object_on_frame.y IS
    'Top edge of a box, centre of a circle or ellipse, or the point; 0 to 1 of the frame''s height.';
COMMENT ON COLUMN object_on_frame.width IS 'Width of a box, 0 to 1 of the frame''s width.';
COMMENT ON COLUMN object_on_frame.height IS 'Height of a box, 0 to 1 of the frame''s height.';
COMMENT ON COLUMN object_on_frame.rotation IS 'Rotation about the centre, degrees clockwise, where the shape has one.';
COMMENT ON COLUMN object_on_frame.x_min IS
    'Left edge of the extent of any drawn 2-D shape, 0 to 1 of the frame''s width.';
COMMENT ON COLUMN object_on_frame.y_min IS 'Top edge of the extent, 0 to 1 of the frame''s height.';
COMMENT ON COLUMN object_on_frame.x_max IS 'Right edge of the extent, 0 to 1 of the frame''s width.';
COMMENT ON COLUMN object_on_frame.y_max IS 'Bottom edge of the extent, 0 to 1 of the frame''s height.';
COMMENT ON COLUMN object_on_frame.x_pixels IS
    'x in pixels: times the frame''s own width. NULL where the frame''s size is not known.';
COMMENT ON COLUMN object_on_frame.y_pixels IS 'y in pixels: times the frame''s own height.';
COMMENT ON COLUMN object_on_frame.width_pixels IS
    'Width of a box in pixels: times the frame''s own width (Encord''s export page has it by the height; it is not).';
COMMENT ON COLUMN object_on_frame.height_pixels IS 'Height of a box in pixels: times the frame''s own height.';
COMMENT ON COLUMN object_on_frame.x_min_pixels IS 'Left edge of the extent, pixels.';
COMMENT ON COLUMN object_on_frame.y_min_pixels IS 'Top edge of the extent, pixels.';
COMMENT ON COLUMN object_on_frame.x_max_pixels IS 'Right edge of the extent, pixels.';
COMMENT ON COLUMN object_on_frame.y_max_pixels IS 'Bottom edge of the extent, pixels.';
COMMENT ON COLUMN object_on_frame.frame_width IS
    'Width of this frame, pixels: its own in image groups and DICOM series, else its part''s or its data unit''s.';
COMMENT ON COLUMN object_on_frame.frame_height IS 'Height of this frame, pixels; as frame_width.';
COMMENT ON COLUMN object_on_frame.geometry IS
    'The shape as JSON, one form a shape; NULL where the columns x, y, width, height, rotation say it all.';
COMMENT ON COLUMN object_on_frame.image_hash IS 'The image''s own id, in image groups.';
COMMENT ON COLUMN object_on_frame.image_title IS 'The image''s own title, in image groups.';
COMMENT ON COLUMN object_on_frame.confidence IS 'Confidence of a model, 0 to 1; NULL if Encord does not say.';
COMMENT ON COLUMN object_on_frame.is_manual IS
    'True if a person made it, false if a model did; NULL if Encord does not say.';
COMMENT ON COLUMN object_on_frame.is_deleted IS 'True where Encord marks it deleted and still serves it.';
COMMENT ON COLUMN object_on_frame.created_at IS 'When it was created; NULL if Encord does not say.';
COMMENT ON COLUMN object_on_frame.created_by IS 'Who created it (e-mail).';
COMMENT ON COLUMN object_on_frame.last_edited_at IS
    'When it was last edited in the editor; NULL if Encord does not say.';
COMMENT ON COLUMN object_on_frame.last_edited_by IS 'Who last edited it (e-mail).';
