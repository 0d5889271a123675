-- grain: one row a branch of a data unit that has been in a consensus stage
-- after: consensus_branch_author current_label_row
CREATE VIEW consensus_branch AS
WITH branch AS MATERIALIZED (
    SELECT
        r.*,
        t.annotator_email AS task_email,
        t.subtask_status,
        CASE WHEN r.branch_name = 'main' THEN 'main'
             WHEN t.branch_name IS NOT NULL OR r.branch_name LIKE 'encord-%' THEN 'annotator'
             ELSE 'other' END AS branch_role
    FROM current_label_row AS r
    LEFT JOIN consensus_task_branch AS t
        ON t.project_hash = r.project_hash AND t.data_hash = r.data_hash AND t.branch_name = r.branch_name
), staged AS (
    -- By windows rather than by a join: PostgreSQL would loop over all branches for each data unit.
    SELECT
        b.*,
        -- What the stage of another branch says is not documented: main's counts.
        MAX(CASE WHEN b.branch_name = 'main' THEN b.workflow_stage_title END) OVER unit AS stage_title,
        MAX(CASE WHEN b.branch_name = 'main' THEN s.stage_type END) OVER unit AS stage_type,
        MAX(CASE WHEN b.branch_role = 'annotator' THEN 1
                 WHEN b.branch_name = 'main' AND s.stage_type IN ('CONSENSUS_ANNOTATION', 'CONSENSUS_REVIEW') THEN 1
                 ELSE 0 END) OVER unit AS is_of_consensus
    FROM branch AS b
    LEFT JOIN workflow_stage AS s ON s.project_hash = b.project_hash AND s.stage_uuid = b.workflow_stage_uuid
    WINDOW unit AS (PARTITION BY b.project_hash, b.data_hash)
)
SELECT
    b.project_hash,
    b.project_title,
    b.data_hash,
    b.data_title,
    b.dataset_title,
    b.data_type,
    b.branch_name,
    b.label_hash,
    b.label_row_id,
    b.stage_title,
    b.stage_type,
    b.branch_role,
    CASE WHEN b.branch_role = 'annotator' THEN COALESCE(b.task_email, a.author_email) END AS annotator_email,
    CASE WHEN b.branch_role <> 'annotator' THEN NULL
         WHEN b.task_email IS NOT NULL THEN 'task'
         WHEN a.author_email IS NOT NULL THEN 'created_by'
         ELSE 'branch_name' END AS annotator_source,
    CASE WHEN b.branch_role = 'annotator' THEN COALESCE(b.task_email, a.author_email, b.branch_name)
         WHEN b.branch_role = 'main' THEN 'main' END AS annotator,
    CASE WHEN b.branch_role <> 'annotator' THEN NULL
         WHEN b.subtask_status = 'SKIPPED' THEN FALSE
         WHEN b.stage_type = 'CONSENSUS_ANNOTATION' THEN COALESCE(b.subtask_status = 'COMPLETED', FALSE)
         ELSE TRUE END AS is_submitted,
    CASE WHEN b.label_hash IS NULL THEN TRUE ELSE b.object_count + b.classification_count = 0 END AS is_empty,
    CASE WHEN b.label_hash IS NULL THEN 0 ELSE b.object_count END AS n_objects,
    CASE WHEN b.label_hash IS NULL THEN 0 ELSE b.classification_count END AS n_classifications,
    COALESCE(b.is_event_based, FALSE) AS is_event_based,
    b.last_edited_at
FROM staged AS b
FULL JOIN consensus_branch_author AS a ON a.label_hash = b.label_hash
WHERE COALESCE(b.is_of_consensus, 0) = 1;

COMMENT ON VIEW consensus_branch IS
    'One row a branch of a data unit that is in a consensus stage or has annotators'' branches: what the branch is, whose, and whether it counts.';
COMMENT ON COLUMN consensus_branch.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_branch.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_branch.data_hash IS 'The data unit (video, image, image group, …).';
COMMENT ON COLUMN consensus_branch.data_title IS
    'The data unit''s title: its file name, what the task is called in Encord; data_hash where it has none.';
COMMENT ON COLUMN consensus_branch.dataset_title IS 'The title of the dataset that the data unit comes from.';
COMMENT ON COLUMN consensus_branch.data_type IS
    'video, image, img_group, dicom, nifti, audio, plain_text, pdf, group, scene, …';
COMMENT ON COLUMN consensus_branch.branch_name IS 'The branch.';
COMMENT ON COLUMN consensus_branch.label_hash IS 'Encord''s id of the label row; NULL while nobody has opened it.';
COMMENT ON COLUMN consensus_branch.label_row_id IS 'The row of table label_row; made of project, data unit and branch.';
COMMENT ON COLUMN consensus_branch.stage_title IS
    'The workflow stage that the data unit is in, as its main branch says.';
COMMENT ON COLUMN consensus_branch.stage_type IS
    'The type of that stage: CONSENSUS_ANNOTATION, CONSENSUS_REVIEW, DONE, …';
COMMENT ON COLUMN consensus_branch.branch_role IS
    'main; annotator (named by a consensus task, or beginning with encord-); other: predictions, snapshots, … are never compared.';
COMMENT ON COLUMN consensus_branch.annotator_email IS 'Whose branch it is; NULL if nothing says so.';
COMMENT ON COLUMN consensus_branch.annotator_source IS
    'task (said by the consensus task), created_by (all its labels are one person''s) or branch_name (not known).';
COMMENT ON COLUMN consensus_branch.annotator IS
    'Whose branch it is: the e-mail address or, if that is not known, the branch''s name; main for main; NULL for other branches.';
COMMENT ON COLUMN consensus_branch.is_submitted IS
    'Whether its annotator has submitted it: by the task''s status while it is in the annotation stage, else because it has left that stage. NULL for other branches.';
COMMENT ON COLUMN consensus_branch.is_empty IS 'Whether it holds no label; NULL if its labels were not fetched yet.';
COMMENT ON COLUMN consensus_branch.n_objects IS 'Object instances.';
COMMENT ON COLUMN consensus_branch.n_classifications IS 'Classification instances.';
COMMENT ON COLUMN consensus_branch.is_event_based IS
    'True where frames are nanosecond offsets of events (continuous scenes): their objects are not compared.';
COMMENT ON COLUMN consensus_branch.last_edited_at IS 'When its labels were last saved.';
