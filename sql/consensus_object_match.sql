-- grain: one row two objects on a frame, of two branches, that are taken as one
-- after: consensus_object_candidate
CREATE VIEW consensus_object_match AS
WITH close AS MATERIALIZED (
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
        other_branch_name,
        other_label_hash,
        other_label_row_id,
        pair_kind,
        space_id,
        frame,
        object_hash,
        object_name,
        feature_hash,
        other_object_hash,
        other_object_name,
        other_feature_hash,
        same_class,
        iou,
        iou_method,
        CASE WHEN same_class THEN 0 ELSE 1 END AS class_rank
    FROM consensus_object_candidate
    WHERE is_close
), best_1 AS MATERIALIZED (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY label_row_id, other_label_row_id, space_id, frame, object_hash
            ORDER BY class_rank, iou DESC, other_object_hash
        ) AS place,
        ROW_NUMBER() OVER (
            PARTITION BY label_row_id, other_label_row_id, space_id, frame, other_object_hash
            ORDER BY class_rank, iou DESC, object_hash
        ) AS other_place
    FROM close
), round_1 AS MATERIALIZED (
    SELECT * FROM best_1 WHERE place = 1 AND other_place = 1
), rest_1 AS MATERIALIZED (
    SELECT c.*
    FROM close AS c
    WHERE NOT EXISTS (
        SELECT 1 FROM round_1 AS m
        WHERE m.label_row_id = c.label_row_id AND m.other_label_row_id = c.other_label_row_id
          AND m.space_id = c.space_id AND m.frame = c.frame AND m.object_hash = c.object_hash
    ) AND NOT EXISTS (
        SELECT 1 FROM round_1 AS m
        WHERE m.label_row_id = c.label_row_id AND m.other_label_row_id = c.other_label_row_id
          AND m.space_id = c.space_id AND m.frame = c.frame AND m.other_object_hash = c.other_object_hash
    )
), best_2 AS MATERIALIZED (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY label_row_id, other_label_row_id, space_id, frame, object_hash
            ORDER BY class_rank, iou DESC, other_object_hash
        ) AS place,
        ROW_NUMBER() OVER (
            PARTITION BY label_row_id, other_label_row_id, space_id, frame, other_object_hash
            ORDER BY class_rank, iou DESC, object_hash
        ) AS other_place
    FROM rest_1
), round_2 AS MATERIALIZED (
    SELECT * FROM best_2 WHERE place = 1 AND other_place = 1
), rest_2 AS MATERIALIZED (
    SELECT c.*
    FROM rest_1 AS c
    WHERE NOT EXISTS (
        SELECT 1 FROM round_2 AS m
        WHERE m.label_row_id = c.label_row_id AND m.other_label_row_id = c.other_label_row_id
          AND m.space_id = c.space_id AND m.frame = c.frame AND m.object_hash = c.object_hash
    ) AND NOT EXISTS (
        SELECT 1 FROM round_2 AS m
        WHERE m.label_row_id = c.label_row_id AND m.other_label_row_id = c.other_label_row_id
          AND m.space_id = c.space_id AND m.frame = c.frame AND m.other_object_hash = c.other_object_hash
    )
), best_3 AS MATERIALIZED (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY label_row_id, other_label_row_id, space_id, frame, object_hash
            ORDER BY class_rank, iou DESC, other_object_hash
        ) AS place,
        ROW_NUMBER() OVER (
            PARTITION BY label_row_id, other_label_row_id, space_id, frame, other_object_hash
            ORDER BY class_rank, iou DESC, object_hash
        ) AS other_place
    FROM rest_2
), round_3 AS MATERIALIZED (
    SELECT * FROM best_3 WHERE place = 1 AND other_place = 1
)
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
    other_branch_name,
    other_label_hash,
    other_label_row_id,
    pair_kind,
    space_id,
    frame,
    object_hash,
    object_name,
    feature_hash,
    other_object_hash,
    other_object_name,
    other_feature_hash,
    same_class,
    iou,
    iou_method,
    CAST(1 AS BIGINT) AS match_round
FROM round_1
UNION ALL
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
    other_branch_name,
    other_label_hash,
    other_label_row_id,
    pair_kind,
    space_id,
    frame,
    object_hash,
    object_name,
    feature_hash,
    other_object_hash,
    other_object_name,
    other_feature_hash,
    same_class,
    iou,
    iou_method,
    CAST(2 AS BIGINT) AS match_round
FROM round_2
UNION ALL
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
    other_branch_name,
    other_label_hash,
    other_label_row_id,
    pair_kind,
    space_id,
    frame,
    object_hash,
    object_name,
    feature_hash,
    other_object_hash,
    other_object_name,
    other_feature_hash,
    same_class,
    iou,
    iou_method,
    CAST(3 AS BIGINT) AS match_round
FROM round_3;

COMMENT ON VIEW consensus_object_match IS
    'One row two objects on a frame that are taken as one: each is the other''s best of what is left, class-equal ones first, in three rounds. One-to-one.';
COMMENT ON COLUMN consensus_object_match.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_object_match.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_object_match.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN consensus_object_match.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN consensus_object_match.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN consensus_object_match.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN consensus_object_match.branch_name IS 'The branch.';
COMMENT ON COLUMN consensus_object_match.label_hash IS 'Encord''s id of the label row.';
COMMENT ON COLUMN consensus_object_match.label_row_id IS
    'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN consensus_object_match.other_branch_name IS 'The branch that it is compared with.';
COMMENT ON COLUMN consensus_object_match.other_label_hash IS 'The label row of that branch.';
COMMENT ON COLUMN consensus_object_match.other_label_row_id IS 'The row of table label_row of that branch.';
COMMENT ON COLUMN consensus_object_match.pair_kind IS
    'peer: two annotators; main: an annotator and the main branch, once consensus is reached.';
COMMENT ON COLUMN consensus_object_match.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN consensus_object_match.frame IS 'Frame from 0; image, slice or page number.';
COMMENT ON COLUMN consensus_object_match.object_hash IS
    'The object instance, case-sensitive, unique only within its label row.';
COMMENT ON COLUMN consensus_object_match.object_name IS 'The object''s class, as the ontology names it now.';
COMMENT ON COLUMN consensus_object_match.feature_hash IS 'The ontology class, case-sensitive.';
COMMENT ON COLUMN consensus_object_match.other_object_hash IS 'The object of the other branch.';
COMMENT ON COLUMN consensus_object_match.other_object_name IS 'The class of the other object.';
COMMENT ON COLUMN consensus_object_match.other_feature_hash IS 'The ontology class of the other object.';
COMMENT ON COLUMN consensus_object_match.same_class IS 'Whether both are of one class.';
COMMENT ON COLUMN consensus_object_match.iou IS 'Intersection over union, 0 to 1.';
COMMENT ON COLUMN consensus_object_match.iou_method IS
    'box: both are plain boxes, the IoU is exact; extent: that of the boxes around the shapes, which may mislead for polygons and other shapes.';
COMMENT ON COLUMN consensus_object_match.match_round IS 'The round (1 to 3) in which each was the other''s best.';
