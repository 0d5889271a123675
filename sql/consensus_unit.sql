-- grain: one row a data unit that has been in a consensus stage
-- after: consensus_branch consensus_unit_state consensus_object_vote consensus_item
CREATE VIEW consensus_unit AS
WITH thing AS (
    -- Objects of several branches that are taken as one are one thing.
    SELECT
        project_hash,
        data_hash,
        COUNT(*) AS n_things,
        CAST(SUM(is_contested) AS BIGINT) AS n_contested_things,
        SUM(n_found) AS n_found,
        SUM(n_sides) AS n_sides,
        SUM(score_sum) AS score_sum,
        SUM(n_placed) AS n_placed,
        SUM(n_by_extent) AS n_by_extent
    FROM (
        SELECT
            project_hash,
            data_hash,
            MIN(CASE WHEN is_majority THEN 0 ELSE 1 END) AS is_contested,
            CAST(SUM(votes - 1) AS DOUBLE PRECISION) AS n_found,
            CAST(SUM(n_branches - 1) AS DOUBLE PRECISION) AS n_sides,
            SUM(score_sum) AS score_sum,
            CAST(SUM(n_placed) AS DOUBLE PRECISION) AS n_placed,
            CAST(SUM(n_by_extent) AS DOUBLE PRECISION) AS n_by_extent
        FROM consensus_object_vote
        GROUP BY project_hash, data_hash, space_id, frame, cluster_key
    ) AS cluster
    GROUP BY project_hash, data_hash
), item AS (
    SELECT project_hash, data_hash, COUNT(*) AS n_items, AVG(agreement) AS answer_agreement
    FROM consensus_item
    GROUP BY project_hash, data_hash
), action AS (
    SELECT
        a.project_hash,
        a.data_hash,
        MIN(a.acted_at) FILTER (WHERE s.stage_type = 'CONSENSUS_ANNOTATION') AS started_at,
        MAX(a.acted_at) FILTER (WHERE s.stage_type = 'CONSENSUS_ANNOTATION' AND a.action_type = 'submit')
            AS last_submitted_at,
        MAX(a.acted_at) FILTER (WHERE s.stage_type = 'CONSENSUS_REVIEW' AND a.action_type = 'approve') AS approved_at,
        COUNT(*) FILTER (WHERE s.stage_type = 'CONSENSUS_REVIEW' AND a.action_type = 'reject') AS n_rejections
    FROM task_action AS a
    JOIN workflow_stage AS s ON s.project_hash = a.project_hash AND s.stage_uuid = a.workflow_stage_uuid
    GROUP BY a.project_hash, a.data_hash
), main AS (
    SELECT project_hash, data_hash, last_edited_at
    FROM consensus_branch
    WHERE branch_role = 'main'
), unit AS (
    -- Full joins: every other may be a nested loop to PostgreSQL, which does not know how many data units there are.
    SELECT
        u.*,
        t.n_things,
        t.n_contested_things,
        t.n_found,
        t.n_sides,
        t.score_sum,
        t.n_placed,
        t.n_by_extent,
        i.n_items,
        i.answer_agreement,
        a.started_at,
        a.last_submitted_at,
        a.n_rejections,
        CASE WHEN u.consensus_state = 'reached' THEN COALESCE(a.approved_at, m.last_edited_at) END AS consensus_at,
        CASE WHEN u.consensus_state <> 'reached' THEN NULL
             WHEN a.approved_at IS NOT NULL THEN 'task_action'
             WHEN m.last_edited_at IS NOT NULL THEN 'last_edited_at' END AS consensus_at_source
    FROM consensus_unit_state AS u
    FULL JOIN thing AS t ON t.project_hash = u.project_hash AND t.data_hash = u.data_hash
    FULL JOIN item AS i ON i.project_hash = u.project_hash AND i.data_hash = u.data_hash
    FULL JOIN action AS a ON a.project_hash = u.project_hash AND a.data_hash = u.data_hash
    FULL JOIN main AS m ON m.project_hash = u.project_hash AND m.data_hash = u.data_hash
    WHERE COALESCE(u.data_hash, '') <> ''
)
SELECT
    project_hash,
    project_title,
    data_hash,
    data_title,
    dataset_title,
    data_type,
    stage_title,
    stage_type,
    consensus_state,
    n_annotator_branches,
    n_submitted,
    n_submitted_empty,
    main_is_empty,
    all_empty,
    COALESCE(n_things, 0) AS n_things,
    COALESCE(n_contested_things, 0) AS n_contested_things,
    -- Rounded, and not at a tie: the last digit of a sum differs from run to run, and between engines.
    FLOOR(n_found / NULLIF(n_sides, 0) * 1e9 + 0.5001) / 1e9 AS detection_f1,
    FLOOR(score_sum / NULLIF(n_found, 0) * 1e9 + 0.5001) / 1e9 AS mean_iou,
    FLOOR(score_sum / NULLIF(n_sides, 0) * 1e9 + 0.5001) / 1e9 AS object_agreement,
    FLOOR(n_by_extent / NULLIF(n_placed, 0) * 1e9 + 0.5001) / 1e9 AS share_by_extent,
    COALESCE(n_items, 0) AS n_items,
    FLOOR(answer_agreement * 1e9 + 0.5001) / 1e9 AS answer_agreement,
    FLOOR((1 - COALESCE(score_sum / NULLIF(n_sides, 0), answer_agreement)) * 1e9 + 0.5001) / 1e9 AS disagreement,
    last_annotated_at,
    last_submitted_at,
    consensus_at,
    consensus_at_source,
    COALESCE(n_rejections, 0) AS n_rejections,
    FLOOR(CAST(EXTRACT(EPOCH FROM consensus_at - started_at) AS DOUBLE PRECISION) / 3600 * 1e6 + 0.5001) / 1e6
        AS hours_to_consensus,
    CASE WHEN last_submitted_at <= consensus_at THEN FLOOR(
        CAST(EXTRACT(EPOCH FROM consensus_at - last_submitted_at) AS DOUBLE PRECISION) / 3600 * 1e6 + 0.5001
    ) / 1e6 END AS hours_in_review
FROM unit;

COMMENT ON VIEW consensus_unit IS
    'One row a data unit that is in a consensus stage or has annotators'' branches: how far its annotators agree, and how long it took.';
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
COMMENT ON COLUMN consensus_unit.n_things IS
    'Different things on frames: objects of several branches that are taken as one count once.';
COMMENT ON COLUMN consensus_unit.n_contested_things IS 'Things on frames that no majority of branches has.';
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
COMMENT ON COLUMN consensus_unit.last_submitted_at IS
    'When the last annotator submitted; NULL where task_action does not know.';
COMMENT ON COLUMN consensus_unit.consensus_at IS
    'When consensus was reached: the last approval in a consensus review, else when main was last edited; NULL until it is reached.';
COMMENT ON COLUMN consensus_unit.consensus_at_source IS 'task_action or last_edited_at.';
COMMENT ON COLUMN consensus_unit.n_rejections IS 'Rejections in a consensus review.';
COMMENT ON COLUMN consensus_unit.hours_to_consensus IS
    'From the first thing done with its annotation tasks to consensus_at, hours; NULL where task_action does not know.';
COMMENT ON COLUMN consensus_unit.hours_in_review IS
    'From the last submission to consensus_at, hours: the last round''s, if it was sent back; NULL where task_action does not know.';
