-- grain: one row a data unit that has been in a consensus stage
-- after: consensus_branch
CREATE VIEW consensus_unit_state AS
SELECT
    project_hash,
    project_title,
    data_hash,
    data_title,
    dataset_title,
    data_type,
    stage_title,
    stage_type,
    n_annotator_branches,
    n_submitted,
    n_submitted_empty,
    main_is_empty,
    n_submitted > 0 AND n_submitted = n_submitted_empty AS all_empty,
    CASE WHEN stage_type = 'CONSENSUS_REVIEW' THEN 'awaiting_review'
         WHEN stage_type = 'CONSENSUS_ANNOTATION' AND n_started > 0 THEN 'annotating'
         WHEN stage_type = 'CONSENSUS_ANNOTATION' OR n_submitted = 0 THEN 'not_started'
         WHEN main_is_empty AND n_submitted > n_submitted_empty THEN 'closed_without'
         ELSE 'reached' END AS consensus_state,
    last_annotated_at
FROM (
    SELECT
        project_hash,
        MAX(project_title) AS project_title,
        data_hash,
        MAX(data_title) AS data_title,
        MAX(dataset_title) AS dataset_title,
        MAX(data_type) AS data_type,
        MAX(stage_title) AS stage_title,
        MAX(stage_type) AS stage_type,
        COUNT(*) FILTER (WHERE branch_role = 'annotator') AS n_annotator_branches,
        COUNT(*) FILTER (WHERE branch_role = 'annotator' AND label_hash IS NOT NULL) AS n_started,
        COUNT(*) FILTER (WHERE is_submitted) AS n_submitted,
        COUNT(*) FILTER (WHERE is_submitted AND is_empty) AS n_submitted_empty,
        COALESCE(MIN(CASE WHEN is_empty THEN 1 ELSE 0 END) FILTER (WHERE branch_role = 'main'), 1) = 1 AS main_is_empty,
        MAX(last_edited_at) FILTER (WHERE branch_role = 'annotator') AS last_annotated_at
    FROM consensus_branch
    GROUP BY project_hash, data_hash
) AS counted;

COMMENT ON VIEW consensus_unit_state IS
    'One row a data unit that is in a consensus stage or has annotators'' branches: how far it is.';
COMMENT ON COLUMN consensus_unit_state.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_unit_state.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_unit_state.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN consensus_unit_state.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN consensus_unit_state.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN consensus_unit_state.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN consensus_unit_state.stage_title IS
    'The workflow stage that the data unit is in, as its main branch says.';
COMMENT ON COLUMN consensus_unit_state.stage_type IS
    'The type of that stage: CONSENSUS_ANNOTATION, CONSENSUS_REVIEW, DONE, …';
COMMENT ON COLUMN consensus_unit_state.n_annotator_branches IS 'Annotators'' branches.';
COMMENT ON COLUMN consensus_unit_state.n_submitted IS 'Annotators'' branches that are submitted.';
COMMENT ON COLUMN consensus_unit_state.n_submitted_empty IS 'Submitted branches without any label.';
COMMENT ON COLUMN consensus_unit_state.main_is_empty IS 'Whether the main branch holds no label.';
COMMENT ON COLUMN consensus_unit_state.all_empty IS
    'Whether all submitted branches are empty: perfect agreement that nothing is there, which no figure counts.';
COMMENT ON COLUMN consensus_unit_state.consensus_state IS
    'not_started, annotating, awaiting_review, reached, or closed_without (moved on with an empty main although annotators drew).';
COMMENT ON COLUMN consensus_unit_state.last_annotated_at IS 'When the last of its annotators'' branches was saved.';
