-- grain: one row a run of frames on which submitted branches gave one answer to a question
-- after: consensus_vote
CREATE VIEW consensus_region AS
WITH voted AS (
    SELECT
        project_hash,
        MAX(project_title) AS project_title,
        data_hash,
        MAX(data_title) AS data_title,
        MAX(dataset_title) AS dataset_title,
        MAX(data_type) AS data_type,
        space_id,
        frame,
        MAX(feature_hash) AS feature_hash,
        attribute_feature_hash,
        MAX(question) AS question,
        full_answer,
        MIN(full_answer_label COLLATE "C") AS full_answer_label,
        COUNT(*) AS n,
        SUM(COUNT(*)) OVER (PARTITION BY project_hash, data_hash, space_id, frame, attribute_feature_hash)
            AS n_branches
    FROM consensus_vote
    WHERE depth = 0
    GROUP BY project_hash, data_hash, space_id, frame, attribute_feature_hash, full_answer
), run_of_frames AS (
    -- Frames minus their place among the answer's frames: the same number as long as none is left out.
    SELECT
        *,
        frame - ROW_NUMBER() OVER (
            PARTITION BY project_hash, data_hash, space_id, attribute_feature_hash, full_answer ORDER BY frame
        ) AS run
    FROM voted
    WHERE full_answer IS NOT NULL
)
SELECT
    project_hash,
    MAX(project_title) AS project_title,
    data_hash,
    MAX(data_title) AS data_title,
    MAX(dataset_title) AS dataset_title,
    MAX(data_type) AS data_type,
    space_id,
    MIN(frame) AS frame_start,
    MAX(frame) AS frame_end,
    COUNT(*) AS n_frames,
    MAX(feature_hash) AS feature_hash,
    attribute_feature_hash,
    MAX(question) AS question,
    full_answer,
    MIN(full_answer_label COLLATE "C") AS full_answer_label,
    CAST(MAX(n_branches) AS BIGINT) AS n_branches,
    MAX(n) AS max_agreement,
    CAST(SUM(n) AS DOUBLE PRECISION) / CAST(SUM(n_branches) AS DOUBLE PRECISION) AS integrated_agreement,
    CAST(COUNT(*) FILTER (WHERE n >= 2) AS DOUBLE PRECISION) / COUNT(*) AS n2_score,
    CAST(COUNT(*) FILTER (WHERE n >= 3) AS DOUBLE PRECISION) / COUNT(*) AS n3_score
FROM run_of_frames
GROUP BY project_hash, data_hash, space_id, attribute_feature_hash, full_answer, run;

COMMENT ON VIEW consensus_region IS
    'One row a run of consecutive frames on which submitted branches gave one answer to a classification''s question, nested levels included. A gap ends it.';
COMMENT ON COLUMN consensus_region.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_region.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_region.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN consensus_region.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN consensus_region.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN consensus_region.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN consensus_region.space_id IS
    'root, or the part of the data group or scene (table data_space) that it lies on.';
COMMENT ON COLUMN consensus_region.frame_start IS 'First frame of the run.';
COMMENT ON COLUMN consensus_region.frame_end IS 'Last frame of the run.';
COMMENT ON COLUMN consensus_region.n_frames IS 'Frames of the run.';
COMMENT ON COLUMN consensus_region.feature_hash IS 'The ontology class, case-sensitive.';
COMMENT ON COLUMN consensus_region.attribute_feature_hash IS
    'The classification''s own question (table ontology_attribute).';
COMMENT ON COLUMN consensus_region.question IS 'The question as the ontology words it now.';
COMMENT ON COLUMN consensus_region.full_answer IS 'The answer with all that is nested in it, canonical.';
COMMENT ON COLUMN consensus_region.full_answer_label IS 'That answer to read.';
COMMENT ON COLUMN consensus_region.n_branches IS 'Submitted branches; the most on one of its frames.';
COMMENT ON COLUMN consensus_region.max_agreement IS 'The most branches that give this answer on one frame.';
COMMENT ON COLUMN consensus_region.integrated_agreement IS 'Votes over (branches × frames) of the run, 0 to 1.';
COMMENT ON COLUMN consensus_region.n2_score IS 'Share of its frames on which at least two branches give this answer.';
COMMENT ON COLUMN consensus_region.n3_score IS 'Share of its frames on which at least three do.';
