-- subject: consensus
-- key: project_hash data_hash
CREATE VIEW consensus_unit AS
WITH counted AS (
    -- Each thing has one medoid. Objects are counted before anything is joined to them.
    SELECT
        project_hash,
        data_hash,
        most_found,
        COUNT(*) FILTER (WHERE is_medoid) AS n_things,
        COUNT(*) AS n_objects,
        SUM(n_found) AS n_found,
        SUM(score_sum) AS score_sum,
        SUM(n_placed) AS n_placed,
        SUM(n_by_extent) AS n_by_extent
    FROM internal.consensus_compared_object
    WHERE thing > 0
    GROUP BY project_hash, data_hash, most_found
), thing AS (
    SELECT
        c.project_hash,
        c.data_hash,
        CAST(SUM(c.n_things) AS BIGINT) AS n_things,
        CAST(SUM(CASE WHEN 2 * (1 + c.most_found) <= u.n_submitted THEN c.n_things ELSE 0 END) AS BIGINT)
            AS n_contested_things,
        CAST(SUM(c.n_found) AS DOUBLE PRECISION) AS n_found,
        CAST(SUM(c.n_objects * (u.n_submitted - 1)) AS DOUBLE PRECISION) AS n_sides,
        SUM(c.score_sum) AS score_sum,
        CAST(SUM(c.n_placed) AS DOUBLE PRECISION) AS n_placed,
        CAST(SUM(c.n_by_extent) AS DOUBLE PRECISION) AS n_by_extent
    FROM counted AS c
    JOIN internal.consensus_unit_state AS u ON u.project_hash = c.project_hash AND u.data_hash = c.data_hash
    GROUP BY c.project_hash, c.data_hash
), item AS (
    SELECT project_hash, data_hash, COUNT(*) AS n_items, AVG(agreement) AS answer_agreement
    FROM consensus_item
    GROUP BY project_hash, data_hash
), action AS (
    SELECT
        project_hash,
        data_hash,
        MIN(started_at) AS started_at,
        MAX(last_submitted_at) AS last_submitted_at,
        MAX(last_approved_at) AS approved_at,
        CAST(SUM(n_rejections) AS BIGINT) AS n_rejections
    FROM internal.task_moment
    WHERE is_of_consensus
    GROUP BY project_hash, data_hash
), main AS (
    SELECT project_hash, data_hash, last_edited_at
    FROM consensus_branch
    WHERE branch_role = 'main'
), unit AS (
    -- Full joins with USING: see consensus_branch.
    SELECT
        project_hash,
        u.project_title,
        data_hash,
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
        u.last_annotated_at,
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
    FROM internal.consensus_unit_state AS u
    FULL JOIN thing AS t USING (project_hash, data_hash)
    FULL JOIN item AS i USING (project_hash, data_hash)
    FULL JOIN action AS a USING (project_hash, data_hash)
    FULL JOIN main AS m USING (project_hash, data_hash)
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
    CASE WHEN started_at <= consensus_at THEN FLOOR(
        CAST(EXTRACT(EPOCH FROM consensus_at - started_at) AS DOUBLE PRECISION) / 3600 * 1e6 + 0.5001
    ) / 1e6 END AS hours_to_consensus,
    CASE WHEN last_submitted_at <= consensus_at THEN FLOOR(
        CAST(EXTRACT(EPOCH FROM consensus_at - last_submitted_at) AS DOUBLE PRECISION) / 3600 * 1e6 + 0.5001
    ) / 1e6 END AS hours_in_review
FROM unit;

COMMENT ON VIEW consensus_unit IS
    'One row per data unit that is in a consensus stage or has annotators'' branches: how far its annotators agree, and how long it took.';
