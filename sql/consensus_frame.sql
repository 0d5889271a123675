-- grain: one row a frame with an object or an answer of a submitted branch
-- after: consensus_object_vote consensus_item
CREATE VIEW consensus_frame AS
WITH thing AS (
    -- Objects of several branches that are taken as one are one thing.
    SELECT
        project_hash,
        MAX(project_title) AS project_title,
        data_hash,
        MAX(data_title) AS data_title,
        MAX(dataset_title) AS dataset_title,
        MAX(data_type) AS data_type,
        space_id,
        frame,
        CAST(SUM(votes - 1) AS DOUBLE PRECISION) AS n_found,
        CAST(SUM(n_branches - 1) AS DOUBLE PRECISION) AS n_sides,
        SUM(score_sum) AS score_sum,
        CAST(SUM(n_placed) AS DOUBLE PRECISION) AS n_placed,
        CAST(SUM(n_by_extent) AS DOUBLE PRECISION) AS n_by_extent,
        MIN(CASE WHEN is_majority THEN 0 ELSE 1 END) AS is_contested
    FROM consensus_object_vote
    GROUP BY project_hash, data_hash, space_id, frame, cluster_key
), counted AS (
    SELECT
        project_hash, project_title, data_hash, data_title, dataset_title, data_type, space_id, frame,
        1 AS is_thing, is_contested, n_found, n_sides, score_sum, n_placed, n_by_extent, 0 AS is_item,
        NULL AS answer_agreement
    FROM thing
    UNION ALL
    SELECT
        project_hash, project_title, data_hash, data_title, dataset_title, data_type, space_id, frame,
        0, 0, 0, 0, 0, 0, 0, 1, agreement
    FROM consensus_item
), summed AS (
    SELECT
        project_hash,
        MAX(project_title) AS project_title,
        data_hash,
        MAX(data_title) AS data_title,
        MAX(dataset_title) AS dataset_title,
        MAX(data_type) AS data_type,
        space_id,
        frame,
        CAST(SUM(is_thing) AS BIGINT) AS n_things,
        CAST(SUM(is_contested) AS BIGINT) AS n_contested_things,
        SUM(n_found) AS n_found,
        SUM(n_sides) AS n_sides,
        SUM(score_sum) AS score_sum,
        SUM(n_placed) AS n_placed,
        SUM(n_by_extent) AS n_by_extent,
        CAST(SUM(is_item) AS BIGINT) AS n_items,
        AVG(answer_agreement) AS answer_agreement
    FROM counted
    GROUP BY project_hash, data_hash, space_id, frame
)
SELECT
    project_hash,
    project_title,
    data_hash,
    data_title,
    dataset_title,
    data_type,
    space_id,
    frame,
    n_things,
    n_contested_things,
    -- Rounded, and not at a tie: the last digit of a sum differs from run to run, and between engines.
    FLOOR(n_found / NULLIF(n_sides, 0) * 1e9 + 0.5001) / 1e9 AS detection_f1,
    FLOOR(score_sum / NULLIF(n_found, 0) * 1e9 + 0.5001) / 1e9 AS mean_iou,
    FLOOR(score_sum / NULLIF(n_sides, 0) * 1e9 + 0.5001) / 1e9 AS object_agreement,
    FLOOR(n_by_extent / NULLIF(n_placed, 0) * 1e9 + 0.5001) / 1e9 AS share_by_extent,
    n_items,
    FLOOR(answer_agreement * 1e9 + 0.5001) / 1e9 AS answer_agreement,
    FLOOR((1 - COALESCE(score_sum / NULLIF(n_sides, 0), answer_agreement)) * 1e9 + 0.5001) / 1e9 AS disagreement
FROM summed;

COMMENT ON VIEW consensus_frame IS
    'One row a frame on which a submitted branch has an object or an answer: how far its annotators agree there.';
COMMENT ON COLUMN consensus_frame.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_frame.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_frame.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN consensus_frame.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN consensus_frame.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN consensus_frame.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN consensus_frame.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN consensus_frame.frame IS 'Frame from 0; image, slice or page number.';
COMMENT ON COLUMN consensus_frame.n_things IS
    'Different things: objects of several branches that are taken as one count once.';
COMMENT ON COLUMN consensus_frame.n_contested_things IS 'Things that no majority of branches has.';
COMMENT ON COLUMN consensus_frame.detection_f1 IS
    'Did they see the same objects? 2 TP / (n + n), 0 to 1; NULL with nothing to compare.';
COMMENT ON COLUMN consensus_frame.mean_iou IS 'Did they draw the found ones alike? Mean IoU, 0 to 1.';
COMMENT ON COLUMN consensus_frame.object_agreement IS
    'Both in one: detection_f1 times mean_iou (panoptic quality), 0 to 1; NULL with nothing to compare.';
COMMENT ON COLUMN consensus_frame.share_by_extent IS
    'Share of the matched objects whose IoU is that of boxes around the shapes: the more, the less these figures say.';
COMMENT ON COLUMN consensus_frame.n_items IS 'Questions that any annotator answered.';
COMMENT ON COLUMN consensus_frame.answer_agreement IS
    'Share of pairs of answers that are equal, mean over questions; NULL with nothing to compare.';
COMMENT ON COLUMN consensus_frame.disagreement IS
    '1 - object_agreement; where there are no objects, 1 - answer_agreement.';
