-- grain: one row a label (object or classification) on a frame and answer of its attributes; one with none has one row
-- after: named_answer object_on_frame classification_on_frame
CREATE VIEW label_on_frame AS
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
    o.workflow_stage_title,
    o.space_id,
    o.frame,
    'object' AS label_kind,
    o.object_hash,
    o.object_name,
    o.feature_hash,
    o.object_uid AS uid,
    o.object_color,
    o.ontology_shape,
    CAST(NULL AS VARCHAR) AS classification_hash,
    CAST(NULL AS VARCHAR) AS classification_name,
    CAST(NULL AS VARCHAR) AS classification_answer,
    CAST(NULL AS VARCHAR) AS classification_answer_hash,
    a.attribute_name,
    a.attribute_feature_hash,
    a.attribute_answer,
    a.attribute_answer_feature_hash,
    o.x,
    o.y,
    o.width,
    o.height,
    o.rotation,
    o.x_pixels,
    o.y_pixels,
    o.width_pixels,
    o.height_pixels,
    o.geometry,
    o.confidence,
    o.is_manual,
    o.created_at,
    o.created_by,
    o.last_edited_at,
    o.last_edited_by
FROM object_on_frame AS o
LEFT JOIN named_answer AS a
    ON a.label_hash = o.label_hash AND a.data_title = o.data_title AND a.branch_name = o.branch_name
    AND a.owner_hash = o.object_hash AND a.owner_kind = 'object'
    -- A static answer holds wherever its object is. Comparisons only: DuckDB makes a nested loop of a left join with OR.
    AND o.frame >= COALESCE(a.frame_start, 0) AND o.frame <= COALESCE(a.frame_end, 9223372036854775807)
    AND o.space_id COLLATE "C" >= CASE WHEN a.frame_start IS NULL THEN '' ELSE a.space_id END
    AND o.space_id COLLATE "C" <= CASE WHEN a.frame_start IS NULL THEN '􏿿' ELSE a.space_id END
UNION ALL
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
    c.space_id,
    c.frame,
    'classification' AS label_kind,
    CAST(NULL AS VARCHAR) AS object_hash,
    CAST(NULL AS VARCHAR) AS object_name,
    c.feature_hash,
    c.classification_uid AS uid,
    CAST(NULL AS VARCHAR) AS object_color,
    CAST(NULL AS VARCHAR) AS ontology_shape,
    c.classification_hash,
    c.classification_name,
    c.classification_answer,
    c.classification_answer_hash,
    a.attribute_name,
    a.attribute_feature_hash,
    a.attribute_answer,
    a.attribute_answer_feature_hash,
    CAST(NULL AS DOUBLE PRECISION) AS x,
    CAST(NULL AS DOUBLE PRECISION) AS y,
    CAST(NULL AS DOUBLE PRECISION) AS width,
    CAST(NULL AS DOUBLE PRECISION) AS height,
    CAST(NULL AS DOUBLE PRECISION) AS rotation,
    CAST(NULL AS DOUBLE PRECISION) AS x_pixels,
    CAST(NULL AS DOUBLE PRECISION) AS y_pixels,
    CAST(NULL AS DOUBLE PRECISION) AS width_pixels,
    CAST(NULL AS DOUBLE PRECISION) AS height_pixels,
    CAST(NULL AS VARCHAR) AS geometry,
    c.confidence,
    c.is_manual,
    c.created_at,
    c.created_by,
    c.last_edited_at,
    c.last_edited_by
FROM classification_on_frame AS c
LEFT JOIN named_answer AS a
    ON a.label_hash = c.label_hash AND a.data_title = c.data_title AND a.branch_name = c.branch_name
    AND a.owner_hash = c.classification_hash AND a.owner_kind = 'classification' AND a.depth > 0;

COMMENT ON VIEW label_on_frame IS
    'One row a label, object or classification, on a frame and answer of its attributes (a label without answers has one row): the columns of Encord''s export page.';
COMMENT ON COLUMN label_on_frame.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN label_on_frame.project_title IS 'The project''s title.';
COMMENT ON COLUMN label_on_frame.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN label_on_frame.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN label_on_frame.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN label_on_frame.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN label_on_frame.branch_name IS
    'The branch: main, or an annotator''s or a model''s own. Count within one branch: consensus copies labels to main.';
COMMENT ON COLUMN label_on_frame.label_hash IS 'Encord''s id of the label row.';
COMMENT ON COLUMN label_on_frame.label_row_id IS 'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN label_on_frame.workflow_stage_title IS 'The title of the workflow stage that the task is in.';
COMMENT ON COLUMN label_on_frame.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN label_on_frame.frame IS
    'Frame from 0; image, slice or page number; nanoseconds of the event in continuous scenes.';
COMMENT ON COLUMN label_on_frame.label_kind IS 'object or classification.';
COMMENT ON COLUMN label_on_frame.object_hash IS
    'The object instance, case-sensitive; the same over all its frames, unique only within its label row.';
COMMENT ON COLUMN label_on_frame.object_name IS 'The object''s class, as the ontology names it now.';
COMMENT ON COLUMN label_on_frame.feature_hash IS 'The ontology class, case-sensitive; the same for all its instances.';
COMMENT ON COLUMN label_on_frame.uid IS
    'The running number of the label''s CLASS in the ontology (the SDK''s ontology_item.uid), not of the instance.';
COMMENT ON COLUMN label_on_frame.object_color IS 'The colour of the object''s class, #RRGGBB.';
COMMENT ON COLUMN label_on_frame.ontology_shape IS 'The shape of the object''s class, such as bounding_box.';
COMMENT ON COLUMN label_on_frame.classification_hash IS
    'The classification instance, case-sensitive; unique within its label row.';
COMMENT ON COLUMN label_on_frame.classification_name IS
    'The classification: the title of its question, as the ontology words it now.';
COMMENT ON COLUMN label_on_frame.classification_answer IS
    'The answer: the option''s label (of a checklist all ticked ones, ''; '' between them, in the ontology''s order), the text, or the number; NULL if unanswered.';
COMMENT ON COLUMN label_on_frame.classification_answer_hash IS
    'The feature hash of the option chosen; of a checklist all, as in classification_answer; NULL for text and numbers.';
COMMENT ON COLUMN label_on_frame.attribute_name IS 'The attribute: the question, as the ontology words it now.';
COMMENT ON COLUMN label_on_frame.attribute_feature_hash IS 'The attribute''s feature hash, case-sensitive.';
COMMENT ON COLUMN label_on_frame.attribute_answer IS
    'The answer: the option''s label, the text, or the number as text.';
COMMENT ON COLUMN label_on_frame.attribute_answer_feature_hash IS
    'The feature hash of the option chosen; NULL for text and numbers.';
COMMENT ON COLUMN label_on_frame.x IS
    'Left edge of a box, centre of a circle or ellipse, or the point; 0 to 1 of the frame''s width.';
COMMENT ON COLUMN label_on_frame.y IS
    'Top edge of a box, centre of a circle or ellipse, or the point; 0 to 1 of the frame''s height.';
COMMENT ON COLUMN label_on_frame.width IS 'Width of a box, 0 to 1 of the frame''s width.';
COMMENT ON COLUMN label_on_frame.height IS 'Height of a box, 0 to 1 of the frame''s height.';
COMMENT ON COLUMN label_on_frame.rotation IS 'Rotation about the centre, degrees clockwise, where the shape has one.';
COMMENT ON COLUMN label_on_frame.x_pixels IS
    'x in pixels: times the frame''s own width. NULL where the frame''s size is not known.';
COMMENT ON COLUMN label_on_frame.y_pixels IS 'y in pixels: times the frame''s own height.';
COMMENT ON COLUMN label_on_frame.width_pixels IS
    'Width of a box in pixels: times the frame''s own width (Encord''s export page has it by the height; it is not).';
COMMENT ON COLUMN label_on_frame.height_pixels IS 'Height of a box in pixels: times the frame''s own height.';
COMMENT ON COLUMN label_on_frame.geometry IS
    'The shape as JSON, one form a shape; NULL where the columns x, y, width, height, rotation say it all.';
COMMENT ON COLUMN label_on_frame.confidence IS 'Confidence of a model, 0 to 1; NULL if Encord does not say.';
COMMENT ON COLUMN label_on_frame.is_manual IS
    'True if a person made it, false if a model did; NULL if Encord does not say.';
COMMENT ON COLUMN label_on_frame.created_at IS 'When it was created; NULL if Encord does not say.';
COMMENT ON COLUMN label_on_frame.created_by IS 'Who created it (e-mail).';
COMMENT ON COLUMN label_on_frame.last_edited_at IS
    'When it was last edited in the editor; NULL if Encord does not say.';
COMMENT ON COLUMN label_on_frame.last_edited_by IS 'Who last edited it (e-mail).';
