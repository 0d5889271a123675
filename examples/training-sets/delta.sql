-- What a training has to take in again since a moment: one row per data unit of main whose labels changed after it.
-- :since is the moment of a mark (table mark), or any time. Runs on DuckDB and on PostgreSQL.
--
-- label_row_version has every state that a sync found; label_change says how many labels an edit touched.
SELECT
    v.project_hash,
    v.data_hash,
    min(d.title) AS data_title,
    CASE WHEN md5(v.data_hash) < '33' THEN 'validation' ELSE 'train' END AS split,
    CASE
        WHEN max(v.reason) FILTER (WHERE v.is_last) = 'removed' THEN 'removed'
        WHEN max(v.reason) FILTER (WHERE v.is_first) IN ('first', 'restored') THEN 'added'
        ELSE 'changed'
    END AS change,
    max(coalesce(c.n_changes, 0)) AS n_changes
FROM (
    SELECT
        project_hash, data_hash, label_hash, reason,
        row_number() OVER (PARTITION BY label_hash ORDER BY written_at) = 1 AS is_first,
        row_number() OVER (PARTITION BY label_hash ORDER BY written_at DESC) = 1 AS is_last
    FROM label_row_version
    WHERE written_at > :since AND reason IN ('first', 'edited', 'restored', 'removed')
) AS v
JOIN label_row AS r ON r.label_hash = v.label_hash AND r.branch_name = 'main'
JOIN data_unit AS d ON d.project_hash = v.project_hash AND d.data_hash = v.data_hash
LEFT JOIN (
    SELECT label_hash, count(*) AS n_changes FROM label_change WHERE changed_at > :since GROUP BY label_hash
) AS c ON c.label_hash = v.label_hash
GROUP BY v.project_hash, v.data_hash
ORDER BY v.project_hash, data_title, v.data_hash
