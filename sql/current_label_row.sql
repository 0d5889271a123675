-- grain: one row a label row (data unit and branch) that is not deleted, opened or not
CREATE VIEW current_label_row AS
SELECT
    l.project_hash,
    p.title AS project_title,
    l.data_hash,
    -- Never NULL: other views join on it, so that a question about one title reads only that title's answers.
    COALESCE(d.title, d.data_hash) AS data_title,
    d.dataset_hash,
    d.dataset_title,
    d.data_type,
    l.branch_name,
    l.label_hash,
    l.label_row_id,
    l.workflow_stage_uuid,
    l.workflow_stage_title,
    l.task_uuid,
    l.priority,
    l.assigned_user_email,
    l.last_actioned_by_user_email,
    l.is_valid,
    l.is_event_based,
    d.frame_count,
    NULLIF(d.width, 0) AS frame_width,
    NULLIF(d.height, 0) AS frame_height,
    d.frames_per_second,
    d.duration_seconds,
    l.object_count,
    l.annotation_count,
    l.classification_count,
    l.created_at,
    l.last_edited_at,
    l.synced_at
FROM label_row AS l
JOIN project AS p ON p.project_hash = l.project_hash
JOIN data_unit AS d ON d.project_hash = l.project_hash AND d.data_hash = l.data_hash
WHERE l.deleted_at IS NULL AND p.deleted_at IS NULL;

COMMENT ON VIEW current_label_row IS
    'One row a label row that is not deleted: what the listing says of a data unit on a branch. All other views build on it.';
COMMENT ON COLUMN current_label_row.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN current_label_row.project_title IS 'The project''s title.';
COMMENT ON COLUMN current_label_row.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN current_label_row.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN current_label_row.dataset_hash IS 'The dataset that the data unit comes from.';
COMMENT ON COLUMN current_label_row.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN current_label_row.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN current_label_row.branch_name IS
    'The branch: main, or an annotator''s or a model''s own. Count within one branch: consensus copies labels to main.';
COMMENT ON COLUMN current_label_row.label_hash IS
    'Encord''s id of the label row; NULL while nobody has opened the data unit on this branch.';
COMMENT ON COLUMN current_label_row.label_row_id IS
    'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN current_label_row.workflow_stage_uuid IS
    'The workflow stage that the task is in (table workflow_stage).';
COMMENT ON COLUMN current_label_row.workflow_stage_title IS 'The title of the workflow stage that the task is in.';
COMMENT ON COLUMN current_label_row.task_uuid IS 'The task.';
COMMENT ON COLUMN current_label_row.priority IS 'The task''s priority, 0 to 1.';
COMMENT ON COLUMN current_label_row.assigned_user_email IS 'Who the task is assigned to.';
COMMENT ON COLUMN current_label_row.last_actioned_by_user_email IS 'Who last acted on the task.';
COMMENT ON COLUMN current_label_row.is_valid IS 'Encord''s own verdict on whether the labels fit the ontology.';
COMMENT ON COLUMN current_label_row.is_event_based IS
    'True where frames are nanosecond offsets of events (continuous scenes).';
COMMENT ON COLUMN current_label_row.frame_count IS 'Number of frames, images, slices or pages.';
COMMENT ON COLUMN current_label_row.frame_width IS
    'Width of a frame, pixels; frames of an image group have their own (data_frame).';
COMMENT ON COLUMN current_label_row.frame_height IS 'Height of a frame, pixels; as frame_width.';
COMMENT ON COLUMN current_label_row.frames_per_second IS 'Frame rate of a video.';
COMMENT ON COLUMN current_label_row.duration_seconds IS 'Duration of a video or audio file, seconds.';
COMMENT ON COLUMN current_label_row.object_count IS 'Object instances in the warehouse; NULL until fetched.';
COMMENT ON COLUMN current_label_row.annotation_count IS
    'Annotations (objects on frames) in the warehouse; NULL until fetched.';
COMMENT ON COLUMN current_label_row.classification_count IS
    'Classification instances in the warehouse; NULL until fetched.';
COMMENT ON COLUMN current_label_row.created_at IS 'When the label row was created.';
COMMENT ON COLUMN current_label_row.last_edited_at IS 'When its labels were last saved.';
COMMENT ON COLUMN current_label_row.synced_at IS 'When the labels in here were fetched; NULL until then.';
