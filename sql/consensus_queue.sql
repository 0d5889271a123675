-- grain: one row a data unit that awaits review, and a reason to look at it
-- after: consensus_unit_state consensus_object_vote consensus_item
CREATE VIEW consensus_queue AS
WITH unit AS MATERIALIZED (
    SELECT * FROM consensus_unit_state WHERE consensus_state = 'awaiting_review'
), thing AS MATERIALIZED (
    SELECT project_hash, data_hash, frame, votes, n_branches, vote_share, is_majority, score_sum
    FROM consensus_object_vote
), item AS MATERIALIZED (
    SELECT project_hash, data_hash, frame, has_majority, agreement
    FROM consensus_item
)
SELECT
    u.project_hash,
    u.project_title,
    u.data_hash,
    u.data_title,
    u.dataset_title,
    u.data_type,
    r.reason,
    r.n,
    r.first_frame,
    r.worst_agreement,
    -- Rounded, as all such figures: the last digit of a sum differs from run to run, and between engines.
    ROUND((1 - COALESCE(o.object_agreement, a.answer_agreement)) * 1e9) / 1e9 AS disagreement,
    u.last_annotated_at AS waiting_since
FROM unit AS u
JOIN (
    SELECT
        project_hash,
        data_hash,
        'objects_without_majority' AS reason,
        COUNT(*) AS n,
        MIN(frame) AS first_frame,
        MIN(vote_share) AS worst_agreement
    FROM thing
    WHERE NOT is_majority
    GROUP BY project_hash, data_hash
    UNION ALL
    SELECT
        project_hash,
        data_hash,
        'answers_without_majority',
        COUNT(*),
        MIN(frame),
        MIN(agreement)
    FROM item
    WHERE NOT has_majority
    GROUP BY project_hash, data_hash
    UNION ALL
    SELECT
        project_hash,
        data_hash,
        CASE WHEN all_empty THEN 'all_empty' ELSE 'empty_submission' END,
        n_submitted_empty,
        CAST(NULL AS BIGINT),
        CAST(NULL AS DOUBLE PRECISION)
    FROM unit
    WHERE n_submitted_empty > 0
    UNION ALL
    SELECT
        project_hash,
        data_hash,
        'one_annotator_only',
        n_submitted,
        CAST(NULL AS BIGINT),
        CAST(NULL AS DOUBLE PRECISION)
    FROM unit
    WHERE n_submitted = 1
) AS r ON r.project_hash = u.project_hash AND r.data_hash = u.data_hash
LEFT JOIN (
    SELECT
        project_hash,
        data_hash,
        SUM(score_sum) / NULLIF(CAST(SUM(n_branches - 1) AS DOUBLE PRECISION), 0) AS object_agreement
    FROM thing
    GROUP BY project_hash, data_hash
) AS o ON o.project_hash = u.project_hash AND o.data_hash = u.data_hash
LEFT JOIN (
    SELECT project_hash, data_hash, AVG(agreement) AS answer_agreement
    FROM item
    GROUP BY project_hash, data_hash
) AS a ON a.project_hash = u.project_hash AND a.data_hash = u.data_hash;

COMMENT ON VIEW consensus_queue IS
    'One row a data unit that awaits review, and a reason to look at it closely. One without a row here has nothing that its annotators disagree on by vote.';
COMMENT ON COLUMN consensus_queue.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_queue.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_queue.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN consensus_queue.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN consensus_queue.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN consensus_queue.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN consensus_queue.reason IS
    'objects_without_majority, answers_without_majority, one_annotator_only, empty_submission or all_empty.';
COMMENT ON COLUMN consensus_queue.n IS 'How many: objects on frames, questions on frames, or branches.';
COMMENT ON COLUMN consensus_queue.first_frame IS 'First frame concerned; NULL if it concerns the whole.';
COMMENT ON COLUMN consensus_queue.worst_agreement IS
    'The lowest vote share of an object or agreement of an answer; NULL if it is not about one.';
COMMENT ON COLUMN consensus_queue.disagreement IS
    '1 - object_agreement; where there are no objects, 1 - answer_agreement.';
COMMENT ON COLUMN consensus_queue.waiting_since IS
    'When the last of its annotators'' branches was edited, by Encord''s clock; NULL if Encord does not say.';
