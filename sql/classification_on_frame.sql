-- grain: one row a classification instance on a frame
-- after: classification_answer
CREATE VIEW classification_on_frame AS
SELECT
    c.project_hash,
    c.project_title,
    c.data_hash,
    c.data_title,
    c.dataset_title,
    c.data_type,
    c.branch_name,
    c.label_hash,
    c.label_row_id,
    c.workflow_stage_title,
    p.space_id,
    n.frame,
    c.classification_hash,
    c.classification_name,
    c.feature_hash,
    c.classification_uid,
    c.is_global,
    c.answer_type,
    c.classification_answer,
    c.classification_answer_value,
    c.classification_answer_hash,
    c.answer_number,
    p.range_unit,
    c.confidence,
    c.is_manual,
    c.created_at,
    c.created_by,
    c.last_edited_at,
    c.last_edited_by
FROM classification_answer AS c
JOIN (
    SELECT
        g.label_hash,
        r.data_title,
        r.branch_name,
        g.classification_hash,
        g.space_id,
        g.range_unit,
        CASE WHEN g.range_unit = 'whole' THEN 0 ELSE g.frame_start END AS first_frame,
        CASE WHEN g.range_unit <> 'whole' THEN g.frame_end
             WHEN COALESCE(s.space_type, r.data_type) IN ('image', 'scene_image') THEN 0
             WHEN g.space_id = 'root' THEN COALESCE(s.frame_count, r.frame_count) - 1
             ELSE s.frame_count - 1 END AS last_frame
    FROM classification_range AS g
    JOIN current_label_row AS r ON r.label_hash = g.label_hash
    LEFT JOIN data_space AS s ON s.label_hash = g.label_hash AND s.space_id = g.space_id
    WHERE g.range_unit = 'frame'
       OR (g.range_unit = 'whole'
           AND COALESCE(r.is_event_based, FALSE) = FALSE
           AND COALESCE(s.space_type, r.data_type)
               NOT IN ('audio', 'plain_text', 'text', 'html', 'time_series', 'group'))
) AS p
    ON p.label_hash = c.label_hash AND p.data_title = c.data_title AND p.branch_name = c.branch_name
    AND p.classification_hash = c.classification_hash
JOIN frame_number AS n ON n.frame BETWEEN p.first_frame AND p.last_frame;

COMMENT ON VIEW classification_on_frame IS
    'One row a classification instance on a frame. Ranges are expanded only to the frames that a query asks for; audio, text and continuous scenes have no frames (classification_on_range).';
COMMENT ON COLUMN classification_on_frame.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN classification_on_frame.project_title IS 'The project''s title.';
COMMENT ON COLUMN classification_on_frame.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN classification_on_frame.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN classification_on_frame.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN classification_on_frame.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN classification_on_frame.branch_name IS
    'The branch: main, or an annotator''s or a model''s own. Count within one branch: consensus copies labels to main.';
COMMENT ON COLUMN classification_on_frame.label_hash IS 'Encord''s id of the label row.';
COMMENT ON COLUMN classification_on_frame.label_row_id IS
    'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN classification_on_frame.workflow_stage_title IS
    'The title of the workflow stage that the task is in.';
COMMENT ON COLUMN classification_on_frame.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN classification_on_frame.frame IS
    'Frame from 0; image, slice or page number; nanoseconds of the event in continuous scenes.';
COMMENT ON COLUMN classification_on_frame.classification_hash IS
    'The classification instance, case-sensitive; unique within its label row.';
COMMENT ON COLUMN classification_on_frame.classification_name IS
    'The classification: the title of its question, as the ontology words it now.';
COMMENT ON COLUMN classification_on_frame.feature_hash IS
    'The ontology class, case-sensitive; the same for all its instances.';
COMMENT ON COLUMN classification_on_frame.classification_uid IS
    'The running number of the classification''s class in the ontology (the SDK''s ontology_item.uid).';
COMMENT ON COLUMN classification_on_frame.is_global IS 'True for a classification that holds for a whole data unit.';
COMMENT ON COLUMN classification_on_frame.answer_type IS 'radio, checklist, text or numeric.';
COMMENT ON COLUMN classification_on_frame.classification_answer IS
    'The answer: the option''s label (of a checklist all ticked ones, ''; '' between them, in the ontology''s order), the text, or the number; NULL if unanswered.';
COMMENT ON COLUMN classification_on_frame.classification_answer_value IS
    'The answer as stored in label files (the SDK''s get_answer().value); NULL for checklists.';
COMMENT ON COLUMN classification_on_frame.classification_answer_hash IS
    'The feature hash of the option chosen; of a checklist all, as in classification_answer; NULL for text and numbers.';
COMMENT ON COLUMN classification_on_frame.answer_number IS 'The answer to a numeric question.';
COMMENT ON COLUMN classification_on_frame.range_unit IS
    'frame, whole, millisecond, character, html, point (index in a point cloud), axis (time series), nanosecond, …';
COMMENT ON COLUMN classification_on_frame.confidence IS 'Confidence of a model, 0 to 1; NULL if Encord does not say.';
COMMENT ON COLUMN classification_on_frame.is_manual IS
    'True if a person made it, false if a model did; NULL if Encord does not say.';
COMMENT ON COLUMN classification_on_frame.created_at IS 'When it was created; NULL if Encord does not say.';
COMMENT ON COLUMN classification_on_frame.created_by IS 'Who created it (e-mail).';
COMMENT ON COLUMN classification_on_frame.last_edited_at IS
    'When it was last edited in the editor; NULL if Encord does not say.';
COMMENT ON COLUMN classification_on_frame.last_edited_by IS 'Who last edited it (e-mail).';
