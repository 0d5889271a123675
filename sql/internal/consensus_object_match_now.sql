-- subject: consensus
-- key: label_row_id other_label_row_id space_id frame object_hash
CREATE VIEW internal.consensus_object_match_now AS
-- Most objects are close to one other, and that to nothing else: those are taken out first, so that what is to be sorted
-- again and again are few rows (400,000 matches of five annotators take half the time).
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
        other_label_row_id,
        other_label_hash,
        other_branch_name,
        pair_kind,
        space_id,
        frame,
        object_hash,
        feature_hash,
        other_object_hash,
        other_feature_hash,
        same_class,
        iou,
        iou_method,
        CASE WHEN same_class THEN 0 ELSE 1 END AS class_rank,
        COUNT(*) OVER mine = 1 AND COUNT(*) OVER theirs = 1 AS is_only_choice
    FROM internal.consensus_object_candidate
    WHERE is_close
    WINDOW
        mine AS (PARTITION BY label_row_id, other_label_row_id, space_id, frame, object_hash),
        theirs AS (PARTITION BY label_row_id, other_label_row_id, space_id, frame, other_object_hash)
),
-- Three rounds for the others, each in two steps: who is the best of whom among those left; who is left then. Windows all
-- the way, and no join of a round with what it left over: the planners know nothing of such a join's size.
round_1 AS (
    SELECT
        *,
        ROW_NUMBER() OVER (mine ORDER BY class_rank, iou DESC, other_object_hash COLLATE "C") = 1
            AND ROW_NUMBER() OVER (theirs ORDER BY class_rank, iou DESC, object_hash COLLATE "C") = 1 AS is_match_1
    FROM close
    WHERE NOT is_only_choice
    WINDOW
        mine AS (PARTITION BY label_row_id, other_label_row_id, space_id, frame, object_hash),
        theirs AS (PARTITION BY label_row_id, other_label_row_id, space_id, frame, other_object_hash)
), left_1 AS (
    SELECT
        *,
        MAX(CASE WHEN is_match_1 THEN 1 ELSE 0 END) OVER mine = 0
            AND MAX(CASE WHEN is_match_1 THEN 1 ELSE 0 END) OVER theirs = 0 AS is_left_1
    FROM round_1
    WINDOW
        mine AS (PARTITION BY label_row_id, other_label_row_id, space_id, frame, object_hash),
        theirs AS (PARTITION BY label_row_id, other_label_row_id, space_id, frame, other_object_hash)
), round_2 AS (
    SELECT
        *,
        is_left_1 AND ROW_NUMBER() OVER (mine ORDER BY class_rank, iou DESC, other_object_hash COLLATE "C") = 1
            AND ROW_NUMBER() OVER (theirs ORDER BY class_rank, iou DESC, object_hash COLLATE "C") = 1 AS is_match_2
    FROM left_1
    WINDOW
        mine AS (PARTITION BY label_row_id, other_label_row_id, space_id, frame, object_hash, is_left_1),
        theirs AS (PARTITION BY label_row_id, other_label_row_id, space_id, frame, other_object_hash, is_left_1)
), left_2 AS (
    SELECT
        *,
        is_left_1 AND MAX(CASE WHEN is_match_2 THEN 1 ELSE 0 END) OVER mine = 0
            AND MAX(CASE WHEN is_match_2 THEN 1 ELSE 0 END) OVER theirs = 0 AS is_left_2
    FROM round_2
    WINDOW
        mine AS (PARTITION BY label_row_id, other_label_row_id, space_id, frame, object_hash),
        theirs AS (PARTITION BY label_row_id, other_label_row_id, space_id, frame, other_object_hash)
), round_3 AS (
    SELECT
        *,
        is_left_2 AND ROW_NUMBER() OVER (mine ORDER BY class_rank, iou DESC, other_object_hash COLLATE "C") = 1
            AND ROW_NUMBER() OVER (theirs ORDER BY class_rank, iou DESC, object_hash COLLATE "C") = 1 AS is_match_3
    FROM left_2
    WINDOW
        mine AS (PARTITION BY label_row_id, other_label_row_id, space_id, frame, object_hash, is_left_2),
        theirs AS (PARTITION BY label_row_id, other_label_row_id, space_id, frame, other_object_hash, is_left_2)
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
    other_label_row_id,
    other_label_hash,
    other_branch_name,
    pair_kind,
    space_id,
    frame,
    object_hash,
    feature_hash,
    other_object_hash,
    other_feature_hash,
    same_class,
    iou,
    iou_method,
    CAST(1 AS BIGINT) AS match_round
FROM close
WHERE is_only_choice
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
    other_label_row_id,
    other_label_hash,
    other_branch_name,
    pair_kind,
    space_id,
    frame,
    object_hash,
    feature_hash,
    other_object_hash,
    other_feature_hash,
    same_class,
    iou,
    iou_method,
    CAST(CASE WHEN is_match_1 THEN 1 WHEN is_match_2 THEN 2 ELSE 3 END AS BIGINT) AS match_round
FROM round_3
WHERE is_match_1 OR is_match_2 OR is_match_3;

COMMENT ON VIEW internal.consensus_object_match_now IS
    'One row two objects on a frame that are taken as one: what table consensus_object_match would hold if it were made now. Each is the other''s best of what is left, class-equal ones first, in three rounds. One-to-one.';
