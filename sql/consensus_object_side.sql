-- grain: one row an object on a frame and another branch that could have it
-- after: consensus_branch_pair consensus_object
CREATE VIEW consensus_object_side AS
WITH pair AS MATERIALIZED (
    SELECT
        p.label_row_id, p.annotator, p.branch_name, p.other_branch_name, p.other_label_row_id, p.other_annotator,
        p.pair_kind
    FROM consensus_branch_pair AS p
    -- Two branches whose objects have not been matched yet say nothing of one another.
    JOIN consensus_matched_pair AS d
        ON d.label_row_id = p.label_row_id AND d.other_label_row_id = p.other_label_row_id
)
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
    p.annotator,
    p.other_branch_name,
    p.other_label_row_id,
    p.other_annotator,
    p.pair_kind,
    o.space_id,
    o.frame,
    o.object_hash,
    o.object_name,
    o.feature_hash,
    CAST(CASE WHEN m.same_class THEN 1 ELSE 0 END AS BIGINT) AS is_found,
    m.iou,
    m.iou_method,
    CASE WHEN m.same_class THEN m.iou ELSE 0.0 END AS score,
    CASE WHEN m.same_class THEN 'found' WHEN m.iou IS NOT NULL THEN 'other_class' ELSE 'missing' END AS outcome,
    m.other_object_hash,
    c.name AS other_object_name,
    m.other_feature_hash,
    m.other_object_hash = o.object_hash AS same_hash
FROM (
    SELECT label_row_id, annotator, other_branch_name, other_label_row_id, other_annotator, pair_kind
    FROM pair
    UNION ALL
    SELECT other_label_row_id, other_annotator, branch_name, label_row_id, annotator, pair_kind
    FROM pair
) AS p
JOIN consensus_object AS o ON o.label_row_id = p.label_row_id
LEFT JOIN (
    SELECT
        label_row_id, other_label_row_id, space_id, frame, object_hash, same_class, iou, iou_method,
        other_object_hash, other_feature_hash
    FROM consensus_object_match
    UNION ALL
    SELECT
        other_label_row_id, label_row_id, space_id, frame, other_object_hash, same_class, iou, iou_method,
        object_hash, feature_hash
    FROM consensus_object_match
) AS m
    ON m.label_row_id = p.label_row_id AND m.other_label_row_id = p.other_label_row_id
    AND m.space_id = o.space_id AND m.frame = o.frame AND m.object_hash = o.object_hash
LEFT JOIN ontology_class AS c ON c.project_hash = o.project_hash AND c.feature_hash = m.other_feature_hash;

COMMENT ON VIEW consensus_object_side IS
    'One row an object on a frame and another branch that could have it, both ways round. Averages of is_found and score are agreement at any grain.';
COMMENT ON COLUMN consensus_object_side.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_object_side.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_object_side.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN consensus_object_side.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN consensus_object_side.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN consensus_object_side.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN consensus_object_side.branch_name IS 'The branch.';
COMMENT ON COLUMN consensus_object_side.label_hash IS 'Encord''s id of the label row.';
COMMENT ON COLUMN consensus_object_side.label_row_id IS
    'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN consensus_object_side.annotator IS 'Whose branch it is; main for main.';
COMMENT ON COLUMN consensus_object_side.other_branch_name IS 'The branch that could have it.';
COMMENT ON COLUMN consensus_object_side.other_label_row_id IS 'The row of table label_row of that branch.';
COMMENT ON COLUMN consensus_object_side.other_annotator IS 'Whose the other branch is; main for the main branch.';
COMMENT ON COLUMN consensus_object_side.pair_kind IS
    'peer: two annotators; main: an annotator and the main branch, once consensus is reached.';
COMMENT ON COLUMN consensus_object_side.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN consensus_object_side.frame IS 'Frame from 0; image, slice or page number.';
COMMENT ON COLUMN consensus_object_side.object_hash IS
    'The object instance, case-sensitive, unique only within its label row.';
COMMENT ON COLUMN consensus_object_side.object_name IS 'The object''s class, as the ontology names it now.';
COMMENT ON COLUMN consensus_object_side.feature_hash IS 'The ontology class, case-sensitive.';
COMMENT ON COLUMN consensus_object_side.is_found IS
    '1 if the other branch has this object, in the same class; else 0. Its average is the detection F1 (Dice).';
COMMENT ON COLUMN consensus_object_side.iou IS
    'Intersection over union with the object that it is taken for; NULL if missing.';
COMMENT ON COLUMN consensus_object_side.iou_method IS
    'box and exact: of the shapes themselves; extent: of the boxes around the shapes; NULL if missing.';
COMMENT ON COLUMN consensus_object_side.score IS
    'The IoU if found, else 0. Its average is the panoptic quality: detection F1 times mean IoU.';
COMMENT ON COLUMN consensus_object_side.outcome IS 'found; other_class (there, but of another class); missing.';
COMMENT ON COLUMN consensus_object_side.other_object_hash IS 'The object of the other branch.';
COMMENT ON COLUMN consensus_object_side.other_object_name IS 'The class of the other object.';
COMMENT ON COLUMN consensus_object_side.other_feature_hash IS 'The ontology class of the other object.';
COMMENT ON COLUMN consensus_object_side.same_hash IS
    'Whether both have one object hash: copied from pre-labels, or promoted to main; NULL if missing.';
