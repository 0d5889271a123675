-- grain: one row an object on a frame, with the corners of those that are boxes, upright or rotated
-- after: object_on_frame
CREATE VIEW object_corners_on_frame AS
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
    ontology_shape,
    x,
    y,
    width,
    height,
    rotation,
    geometry,
    top_left_x,
    top_left_y,
    top_right_x,
    top_right_y,
    bottom_right_x,
    bottom_right_y,
    bottom_left_x,
    bottom_left_y,
    top_left_x * frame_width AS top_left_x_pixels,
    top_left_y * frame_height AS top_left_y_pixels,
    top_right_x * frame_width AS top_right_x_pixels,
    top_right_y * frame_height AS top_right_y_pixels,
    bottom_right_x * frame_width AS bottom_right_x_pixels,
    bottom_right_y * frame_height AS bottom_right_y_pixels,
    bottom_left_x * frame_width AS bottom_left_x_pixels,
    bottom_left_y * frame_height AS bottom_left_y_pixels,
    frame_width,
    frame_height
FROM (
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
        ontology_shape,
        x,
        y,
        width,
        height,
        rotation,
        geometry,
        CASE WHEN is_turned THEN centre_x - across_x + down_x WHEN width IS NOT NULL THEN x END AS top_left_x,
        CASE WHEN is_turned THEN centre_y - across_y - down_y WHEN width IS NOT NULL THEN y END AS top_left_y,
        CASE WHEN is_turned THEN centre_x + across_x + down_x ELSE x + width END AS top_right_x,
        CASE WHEN is_turned THEN centre_y + across_y - down_y WHEN width IS NOT NULL THEN y END AS top_right_y,
        CASE WHEN is_turned THEN centre_x + across_x - down_x ELSE x + width END AS bottom_right_x,
        CASE WHEN is_turned THEN centre_y + across_y + down_y ELSE y + height END AS bottom_right_y,
        CASE WHEN is_turned THEN centre_x - across_x - down_x WHEN width IS NOT NULL THEN x END AS bottom_left_x,
        CASE WHEN is_turned THEN centre_y - across_y + down_y ELSE y + height END AS bottom_left_y,
        frame_width,
        frame_height
    FROM (
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
            ontology_shape,
            x,
            y,
            width,
            height,
            rotation,
            geometry,
            COALESCE(rotation, 0) <> 0 AS is_turned,
            x + width / 2 AS centre_x,
            y + height / 2 AS centre_y,
            -- From the centre to the middle of the right edge, and of the bottom edge. A box turns in pixels, not in
            -- shares of a frame, whose width and height are different lengths.
            width / 2 * COS(RADIANS(rotation)) AS across_x,
            width / 2 * SIN(RADIANS(rotation)) * frame_width / frame_height AS across_y,
            height / 2 * SIN(RADIANS(rotation)) * frame_height / frame_width AS down_x,
            height / 2 * COS(RADIANS(rotation)) AS down_y,
            frame_width,
            frame_height
        FROM object_on_frame
    ) AS box
) AS corners;

COMMENT ON VIEW object_corners_on_frame IS
    'One row an object on a frame, with the four corners of a box, upright or rotated: named as they lie before the turn, which is clockwise about the centre. NULL for other shapes, and for a rotated box on a frame of unknown size.';
COMMENT ON COLUMN object_corners_on_frame.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN object_corners_on_frame.project_title IS 'The project''s title.';
COMMENT ON COLUMN object_corners_on_frame.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN object_corners_on_frame.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN object_corners_on_frame.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN object_corners_on_frame.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN object_corners_on_frame.branch_name IS
    'The branch: main, or an annotator''s or a model''s own. Count within one branch: consensus copies labels to main.';
COMMENT ON COLUMN object_corners_on_frame.label_hash IS 'Encord''s id of the label row.';
COMMENT ON COLUMN object_corners_on_frame.label_row_id IS
    'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN object_corners_on_frame.workflow_stage_title IS
    'The title of the workflow stage that the task is in.';
COMMENT ON COLUMN object_corners_on_frame.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN object_corners_on_frame.frame IS
    'Frame from 0; image, slice or page number; nanoseconds of the event in continuous scenes.';
COMMENT ON COLUMN object_corners_on_frame.object_hash IS
    'The object instance, case-sensitive; the same over all its frames, unique only within its label row.';
COMMENT ON COLUMN object_corners_on_frame.object_name IS 'The object''s class, as the ontology names it now.';
COMMENT ON COLUMN object_corners_on_frame.feature_hash IS
    'The ontology class, case-sensitive; the same for all its instances.';
COMMENT ON COLUMN object_corners_on_frame.ontology_shape IS 'The shape of the object''s class, such as bounding_box.';
COMMENT ON COLUMN object_corners_on_frame.x IS
    'Left edge of a box before the turn, centre of a circle or ellipse, or the point; 0 to 1 of the frame''s width.';
COMMENT ON COLUMN object_corners_on_frame.y IS
    'Top edge of a box before the turn, centre of a circle or ellipse, or the point; 0 to 1 of the frame''s height.';
COMMENT ON COLUMN object_corners_on_frame.width IS 'Width of a box, 0 to 1 of the frame''s width.';
COMMENT ON COLUMN object_corners_on_frame.height IS 'Height of a box, 0 to 1 of the frame''s height.';
COMMENT ON COLUMN object_corners_on_frame.rotation IS
    'Rotation about the centre, degrees clockwise, where the shape has one.';
COMMENT ON COLUMN object_corners_on_frame.geometry IS
    'The shape as JSON, one form a shape; NULL where the columns x, y, width, height, rotation say it all.';
COMMENT ON COLUMN object_corners_on_frame.top_left_x IS 'The top left corner, 0 to 1 of the frame''s width.';
COMMENT ON COLUMN object_corners_on_frame.top_left_y IS 'The top left corner, 0 to 1 of the frame''s height.';
COMMENT ON COLUMN object_corners_on_frame.top_right_x IS 'The top right corner, 0 to 1 of the frame''s width.';
COMMENT ON COLUMN object_corners_on_frame.top_right_y IS 'The top right corner, 0 to 1 of the frame''s height.';
COMMENT ON COLUMN object_corners_on_frame.bottom_right_x IS 'The bottom right corner, 0 to 1 of the frame''s width.';
COMMENT ON COLUMN object_corners_on_frame.bottom_right_y IS 'The bottom right corner, 0 to 1 of the frame''s height.';
COMMENT ON COLUMN object_corners_on_frame.bottom_left_x IS 'The bottom left corner, 0 to 1 of the frame''s width.';
COMMENT ON COLUMN object_corners_on_frame.bottom_left_y IS 'The bottom left corner, 0 to 1 of the frame''s height.';
COMMENT ON COLUMN object_corners_on_frame.top_left_x_pixels IS 'The top left corner, pixels from the left.';
COMMENT ON COLUMN object_corners_on_frame.top_left_y_pixels IS 'The top left corner, pixels from the top.';
COMMENT ON COLUMN object_corners_on_frame.top_right_x_pixels IS 'The top right corner, pixels from the left.';
COMMENT ON COLUMN object_corners_on_frame.top_right_y_pixels IS 'The top right corner, pixels from the top.';
COMMENT ON COLUMN object_corners_on_frame.bottom_right_x_pixels IS 'The bottom right corner, pixels from the left.';
COMMENT ON COLUMN object_corners_on_frame.bottom_right_y_pixels IS 'The bottom right corner, pixels from the top.';
COMMENT ON COLUMN object_corners_on_frame.bottom_left_x_pixels IS 'The bottom left corner, pixels from the left.';
COMMENT ON COLUMN object_corners_on_frame.bottom_left_y_pixels IS 'The bottom left corner, pixels from the top.';
COMMENT ON COLUMN object_corners_on_frame.frame_width IS 'Width of the frame that it lies on, pixels.';
COMMENT ON COLUMN object_corners_on_frame.frame_height IS 'Height of the frame that it lies on, pixels.';
