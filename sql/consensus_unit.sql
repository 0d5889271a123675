-- grain: one row a data unit that has been in a consensus stage
-- after: consensus_unit_state consensus_object_vote consensus_item
CREATE VIEW consensus_unit AS
SELECT
    u.project_hash,
    u.project_title,
    u.data_hash,
    u.data_title,
    u.dataset_title,
    u.data_type,
    u.stage_title,
    u.stage_type,
    u.consensus_state,
    u.n_annotator_branches,
    u.n_submitted,
    u.n_submitted_empty,
    u.main_is_empty,
    u.all_empty,
    COALESCE(v.n_things, 0) AS n_things,
    COALESCE(v.n_contested_things, 0) AS n_contested_things,
    v.n_found / NULLIF(v.n_sides, 0) AS detection_f1,
    -- Rounded, as all such figures: the last digit of a sum differs from run to run, and between engines.
    ROUND((v.score_sum / NULLIF(v.n_found, 0)) * 1e9) / 1e9 AS mean_iou,
    ROUND((v.score_sum / NULLIF(v.n_sides, 0)) * 1e9) / 1e9 AS object_agreement,
    v.n_by_extent / NULLIF(v.n_placed, 0) AS share_by_extent,
    COALESCE(i.n_items, 0) AS n_items,
    ROUND(i.answer_agreement * 1e9) / 1e9 AS answer_agreement,
    ROUND((1 - COALESCE(v.score_sum / NULLIF(v.n_sides, 0), i.answer_agreement)) * 1e9) / 1e9 AS disagreement,
    u.last_annotated_at
FROM consensus_unit_state AS u
LEFT JOIN (
    SELECT
        project_hash,
        data_hash,
        COUNT(*) AS n_things,
        COUNT(*) FILTER (WHERE NOT is_majority) AS n_contested_things,
        CAST(SUM(votes - 1) AS DOUBLE PRECISION) AS n_found,
        CAST(SUM(n_branches - 1) AS DOUBLE PRECISION) AS n_sides,
        SUM(score_sum) AS score_sum,
        CAST(SUM(n_placed) AS DOUBLE PRECISION) AS n_placed,
        CAST(SUM(n_by_extent) AS DOUBLE PRECISION) AS n_by_extent
    FROM consensus_object_vote
    GROUP BY project_hash, data_hash
) AS v ON v.project_hash = u.project_hash AND v.data_hash = u.data_hash
LEFT JOIN (
    SELECT project_hash, data_hash, COUNT(*) AS n_items, AVG(agreement) AS answer_agreement
    FROM consensus_item
    GROUP BY project_hash, data_hash
) AS i ON i.project_hash = u.project_hash AND i.data_hash = u.data_hash;

COMMENT ON VIEW consensus_unit IS
    'One row a data unit that is in a consensus stage or has annotators'' branches: how far its annotators agree.';
COMMENT ON COLUMN consensus_unit.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_unit.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_unit.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN consensus_unit.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN consensus_unit.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN consensus_unit.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN consensus_unit.stage_title IS 'The workflow stage that the data unit is in, as its main branch says.';
COMMENT ON COLUMN consensus_unit.stage_type IS
    'The type of that stage: CONSENSUS_ANNOTATION, CONSENSUS_REVIEW, DONE, …';
COMMENT ON COLUMN consensus_unit.consensus_state IS
    'not_started, annotating, awaiting_review, reached, or closed_without (moved on with an empty main although annotators drew).';
COMMENT ON COLUMN consensus_unit.n_annotator_branches IS 'Annotators'' branches.';
COMMENT ON COLUMN consensus_unit.n_submitted IS 'Annotators'' branches that are submitted.';
COMMENT ON COLUMN consensus_unit.n_submitted_empty IS 'Submitted branches without any label.';
COMMENT ON COLUMN consensus_unit.main_is_empty IS 'Whether the main branch holds no label.';
COMMENT ON COLUMN consensus_unit.all_empty IS
    'Whether all submitted branches are empty: perfect agreement that nothing is there, which no figure counts.';
COMMENT ON COLUMN consensus_unit.n_things IS 'Objects on frames in submitted branches.';
COMMENT ON COLUMN consensus_unit.n_contested_things IS 'Objects on frames that no majority of branches has.';
COMMENT ON COLUMN consensus_unit.detection_f1 IS
    'Did they see the same objects? 2 TP / (n + n), 0 to 1; NULL with nothing to compare.';
COMMENT ON COLUMN consensus_unit.mean_iou IS 'Did they draw the found ones alike? Mean IoU, 0 to 1.';
COMMENT ON COLUMN consensus_unit.object_agreement IS
    'Both in one: detection_f1 times mean_iou (panoptic quality), 0 to 1; NULL with nothing to compare.';
COMMENT ON COLUMN consensus_unit.share_by_extent IS
    'Share of the matched sides whose IoU is that of boxes around the shapes: the more, the less these figures say.';
COMMENT ON COLUMN consensus_unit.n_items IS 'Questions on frames (one question on one frame is an item).';
COMMENT ON COLUMN consensus_unit.answer_agreement IS
    'Share of pairs of answers that are equal, mean over questions on frames; NULL with nothing to compare.';
COMMENT ON COLUMN consensus_unit.disagreement IS
    '1 - object_agreement; where there are no objects, 1 - answer_agreement.';
COMMENT ON COLUMN consensus_unit.last_annotated_at IS 'When the last of its annotators'' branches was saved.';
