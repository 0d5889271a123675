-- columns: label_on_frame
-- function: labels_in_range(project VARCHAR, title VARCHAR, first BIGINT, last BIGINT)
-- is_asked: frame BETWEEN first AND last
-- comment: The rows of label_on_frame of one data unit, all branches, from frame first to last inclusive. Project: hash or title; title: data_title. Reads that data unit's rows only.
-- function: labels_on_frames(project VARCHAR, title VARCHAR, frames BIGINT[])
-- is_asked: frame = ANY(frames)
-- comment: The rows of label_on_frame of one data unit, all branches, on the frames of a list. Project: hash or title; title: data_title. Reads that data unit's rows only.
--
-- The same as label_on_frame, in another order: the label rows that are asked for first, then everything by their hash,
-- each table once. The view cannot be written so, because it does not know what will be asked of it.
WITH asked AS MATERIALIZED (
    SELECT *
    FROM current_label_row AS r
    WHERE r.data_title = title AND (r.project_hash = project OR r.project_title = project)
),
-- By label hash and frame alone: where it also has to match objects, DuckDB reads two columns of text instead of one.
placed AS MATERIALIZED (
    SELECT p.*
    FROM asked AS r
    JOIN object_annotation AS p ON p.label_hash = r.label_hash
    WHERE is_asked(p.frame)
),
answer AS MATERIALIZED (
    SELECT
        a.label_hash,
        a.owner_kind,
        a.owner_hash,
        a.space_id,
        a.frame_start,
        a.frame_end,
        a.position AS answer_position,
        t.depth,
        t.answer_type,
        o.position AS option_position,
        t.name AS attribute_name,
        a.attribute_feature_hash,
        COALESCE(o.label, o.option_value, a.answer_text) AS attribute_answer,
        a.option_feature_hash AS attribute_answer_feature_hash
    FROM asked AS r
    JOIN attribute_answer AS a ON a.label_hash = r.label_hash
    JOIN ontology_attribute AS t ON t.project_hash = r.project_hash AND t.feature_hash = a.attribute_feature_hash
    LEFT JOIN ontology_option AS o ON o.project_hash = r.project_hash AND o.feature_hash = a.option_feature_hash
    WHERE t.is_archived = FALSE AND COALESCE(o.is_archived, FALSE) = FALSE
)
SELECT
    r.project_hash,
    r.project_title,
    r.data_hash,
    r.data_title,
    r.dataset_title,
    r.data_type,
    r.branch_name,
    r.label_hash,
    r.label_row_id,
    r.workflow_stage_title,
    p.space_id,
    p.frame,
    'object' AS label_kind,
    p.object_hash,
    c.name AS object_name,
    i.feature_hash,
    c.uid,
    c.color AS object_color,
    c.shape AS ontology_shape,
    CAST(NULL AS VARCHAR) AS classification_hash,
    CAST(NULL AS VARCHAR) AS classification_name,
    CAST(NULL AS VARCHAR) AS classification_answer,
    CAST(NULL AS VARCHAR) AS classification_answer_hash,
    a.attribute_name,
    a.attribute_feature_hash,
    a.attribute_answer,
    a.attribute_answer_feature_hash,
    p.x,
    p.y,
    p.width,
    p.height,
    p.rotation,
    p.x * CASE WHEN p.space_id = 'root' THEN COALESCE(NULLIF(f.width, 0), NULLIF(s.width, 0), r.frame_width)
               ELSE NULLIF(s.width, 0) END AS x_pixels,
    p.y * CASE WHEN p.space_id = 'root' THEN COALESCE(NULLIF(f.height, 0), NULLIF(s.height, 0), r.frame_height)
               ELSE NULLIF(s.height, 0) END AS y_pixels,
    p.width * CASE WHEN p.space_id = 'root' THEN COALESCE(NULLIF(f.width, 0), NULLIF(s.width, 0), r.frame_width)
                   ELSE NULLIF(s.width, 0) END AS width_pixels,
    p.height * CASE WHEN p.space_id = 'root' THEN COALESCE(NULLIF(f.height, 0), NULLIF(s.height, 0), r.frame_height)
                    ELSE NULLIF(s.height, 0) END AS height_pixels,
    p.geometry,
    p.confidence,
    p.is_manual,
    p.created_at,
    p.created_by,
    p.last_edited_at,
    p.last_edited_by
FROM asked AS r
JOIN placed AS p ON p.label_hash = r.label_hash
JOIN object_instance AS i ON i.label_hash = p.label_hash AND i.object_hash = p.object_hash
LEFT JOIN ontology_class AS c ON c.project_hash = r.project_hash AND c.feature_hash = i.feature_hash
LEFT JOIN data_space AS s ON s.label_hash = p.label_hash AND s.space_id = p.space_id
LEFT JOIN data_frame AS f ON f.project_hash = r.project_hash AND f.data_hash = r.data_hash AND f.frame = p.frame
LEFT JOIN answer AS a
    ON a.label_hash = p.label_hash AND a.owner_hash = p.object_hash AND a.owner_kind = 'object'
    AND p.frame >= COALESCE(a.frame_start, 0) AND p.frame <= COALESCE(a.frame_end, 9223372036854775807)
    AND p.space_id COLLATE "C" >= CASE WHEN a.frame_start IS NULL THEN '' ELSE a.space_id END
    AND p.space_id COLLATE "C" <= CASE WHEN a.frame_start IS NULL THEN '􏿿' ELSE a.space_id END
WHERE COALESCE(c.is_archived, FALSE) = FALSE AND COALESCE(p.event, 'upsert') <> 'delete'
UNION ALL
SELECT
    r.project_hash,
    r.project_title,
    r.data_hash,
    r.data_title,
    r.dataset_title,
    r.data_type,
    r.branch_name,
    r.label_hash,
    r.label_row_id,
    r.workflow_stage_title,
    g.space_id,
    n.frame,
    'classification' AS label_kind,
    CAST(NULL AS VARCHAR) AS object_hash,
    CAST(NULL AS VARCHAR) AS object_name,
    i.feature_hash,
    c.uid,
    CAST(NULL AS VARCHAR) AS object_color,
    CAST(NULL AS VARCHAR) AS ontology_shape,
    i.classification_hash,
    c.name AS classification_name,
    q.classification_answer,
    q.classification_answer_hash,
    a.attribute_name,
    a.attribute_feature_hash,
    a.attribute_answer,
    a.attribute_answer_feature_hash,
    CAST(NULL AS DOUBLE PRECISION) AS x,
    CAST(NULL AS DOUBLE PRECISION) AS y,
    CAST(NULL AS DOUBLE PRECISION) AS width,
    CAST(NULL AS DOUBLE PRECISION) AS height,
    CAST(NULL AS DOUBLE PRECISION) AS rotation,
    CAST(NULL AS DOUBLE PRECISION) AS x_pixels,
    CAST(NULL AS DOUBLE PRECISION) AS y_pixels,
    CAST(NULL AS DOUBLE PRECISION) AS width_pixels,
    CAST(NULL AS DOUBLE PRECISION) AS height_pixels,
    CAST(NULL AS VARCHAR) AS geometry,
    i.confidence,
    i.is_manual,
    i.created_at,
    i.created_by,
    i.last_edited_at,
    i.last_edited_by
FROM asked AS r
JOIN classification_instance AS i ON i.label_hash = r.label_hash
JOIN classification_range AS g ON g.label_hash = i.label_hash AND g.classification_hash = i.classification_hash
LEFT JOIN ontology_class AS c ON c.project_hash = r.project_hash AND c.feature_hash = i.feature_hash
LEFT JOIN data_space AS s ON s.label_hash = g.label_hash AND s.space_id = g.space_id
JOIN internal.frame_number AS n
    ON n.frame >= CASE WHEN g.range_unit = 'whole' THEN 0 ELSE g.frame_start END
    AND n.frame <= CASE WHEN g.range_unit <> 'whole' THEN g.frame_end
                        WHEN COALESCE(s.space_type, r.data_type) IN ('image', 'scene_image') THEN 0
                        WHEN g.space_id = 'root' THEN COALESCE(s.frame_count, r.frame_count) - 1
                        ELSE s.frame_count - 1 END
LEFT JOIN (
    SELECT
        label_hash,
        owner_hash,
        STRING_AGG(attribute_answer, '; ' ORDER BY option_position) AS classification_answer,
        STRING_AGG(attribute_answer_feature_hash, '; ' ORDER BY option_position) AS classification_answer_hash
    FROM answer
    WHERE owner_kind = 'classification' AND depth = 0 AND (answer_type = 'checklist' OR answer_position = 0)
    GROUP BY label_hash, owner_hash
) AS q ON q.label_hash = i.label_hash AND q.owner_hash = i.classification_hash
LEFT JOIN answer AS a
    ON a.label_hash = i.label_hash AND a.owner_hash = i.classification_hash AND a.owner_kind = 'classification'
    AND a.depth > 0
WHERE is_asked(n.frame)
  AND COALESCE(c.is_archived, FALSE) = FALSE
  AND (g.range_unit = 'frame'
       OR (g.range_unit = 'whole'
           AND COALESCE(r.is_event_based, FALSE) = FALSE
           AND COALESCE(s.space_type, r.data_type)
               NOT IN ('audio', 'plain_text', 'text', 'html', 'time_series', 'group')));
