-- grain: one row an object of an annotator on a frame
-- after: consensus_object consensus_object_side consensus_unit_state
CREATE VIEW consensus_object_vote AS
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
    o.annotator,
    o.space_id,
    o.frame,
    o.object_hash,
    o.object_name,
    o.feature_hash,
    CAST(1 + COALESCE(s.found, 0) AS BIGINT) AS votes,
    u.n_submitted AS n_branches,
    CAST(1 + COALESCE(s.found, 0) AS DOUBLE PRECISION) / u.n_submitted AS vote_share,
    2 * (1 + COALESCE(s.found, 0)) > u.n_submitted AS is_majority,
    1 + COALESCE(s.found, 0) = u.n_submitted AS is_unanimous,
    -- Rounded, as all such figures: the last digit of a sum differs from run to run, and between engines.
    ROUND(COALESCE(s.score_sum, 0.0) * 1e9) / 1e9 AS score_sum,
    COALESCE(s.n_placed, 0) AS n_placed,
    COALESCE(s.n_by_extent, 0) AS n_by_extent
FROM consensus_object AS o
JOIN consensus_unit_state AS u ON u.project_hash = o.project_hash AND u.data_hash = o.data_hash
LEFT JOIN (
    SELECT
        label_row_id,
        space_id,
        frame,
        object_hash,
        SUM(is_found) AS found,
        SUM(score) AS score_sum,
        COUNT(iou) AS n_placed,
        COUNT(*) FILTER (WHERE iou_method = 'extent') AS n_by_extent
    FROM consensus_object_side
    WHERE pair_kind = 'peer'
    GROUP BY label_row_id, space_id, frame, object_hash
) AS s
    ON s.label_row_id = o.label_row_id AND s.space_id = o.space_id AND s.frame = o.frame
    AND s.object_hash = o.object_hash
WHERE o.branch_role = 'annotator';

COMMENT ON VIEW consensus_object_vote IS
    'One row an object of an annotator on a frame: how many of the branches have it, in the same class.';
COMMENT ON COLUMN consensus_object_vote.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_object_vote.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_object_vote.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN consensus_object_vote.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN consensus_object_vote.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN consensus_object_vote.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN consensus_object_vote.branch_name IS 'The branch.';
COMMENT ON COLUMN consensus_object_vote.label_hash IS 'Encord''s id of the label row.';
COMMENT ON COLUMN consensus_object_vote.label_row_id IS
    'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN consensus_object_vote.annotator IS 'Whose branch it is.';
COMMENT ON COLUMN consensus_object_vote.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN consensus_object_vote.frame IS 'Frame from 0; image, slice or page number.';
COMMENT ON COLUMN consensus_object_vote.object_hash IS
    'The object instance, case-sensitive, unique only within its label row.';
COMMENT ON COLUMN consensus_object_vote.object_name IS 'The object''s class, as the ontology names it now.';
COMMENT ON COLUMN consensus_object_vote.feature_hash IS 'The ontology class, case-sensitive.';
COMMENT ON COLUMN consensus_object_vote.votes IS 'Submitted branches that have the object, its own included.';
COMMENT ON COLUMN consensus_object_vote.n_branches IS 'Submitted branches of the data unit.';
COMMENT ON COLUMN consensus_object_vote.vote_share IS 'votes / n_branches.';
COMMENT ON COLUMN consensus_object_vote.is_majority IS 'Whether more than half of the branches have it.';
COMMENT ON COLUMN consensus_object_vote.is_unanimous IS 'Whether all branches have it.';
COMMENT ON COLUMN consensus_object_vote.score_sum IS
    'The sum of its IoUs with the same object of the other branches: its share of a unit''s object_agreement.';
COMMENT ON COLUMN consensus_object_vote.n_placed IS 'Other branches that have something in its place, of any class.';
COMMENT ON COLUMN consensus_object_vote.n_by_extent IS
    'Of these, how many were compared by the boxes around the shapes.';
