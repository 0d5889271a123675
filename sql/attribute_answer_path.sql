-- subject: label rows
-- key: label_hash space_id label_kind object_hash? classification_hash? attribute_feature_hash answer_position
CREATE VIEW attribute_answer_path AS
WITH RECURSIVE nested AS (
    SELECT
        project_hash,
        feature_hash,
        class_feature_hash,
        depth,
        name AS root_attribute_name,
        feature_hash AS root_attribute_feature_hash,
        CAST(COALESCE(name, '') AS VARCHAR) AS attribute_path,
        CAST(feature_hash AS VARCHAR) AS feature_hash_path
    FROM ontology_attribute
    WHERE depth = 0
    UNION ALL
    SELECT
        t.project_hash,
        t.feature_hash,
        t.class_feature_hash,
        t.depth,
        n.root_attribute_name,
        n.root_attribute_feature_hash,
        CAST(n.attribute_path || ' > ' || COALESCE(o.label, o.option_value, '') || ' > ' || COALESCE(t.name, '')
            AS VARCHAR),
        CAST(n.feature_hash_path || ' > ' || o.feature_hash || ' > ' || t.feature_hash AS VARCHAR)
    FROM nested AS n
    JOIN ontology_option AS o ON o.project_hash = n.project_hash AND o.attribute_feature_hash = n.feature_hash
    -- The depth keeps an ontology that leads back into itself, if there ever is one, from going on for ever.
    JOIN ontology_attribute AS t
        ON t.project_hash = o.project_hash AND t.parent_option_hash = o.feature_hash AND t.depth = n.depth + 1
)
SELECT
    a.project_hash,
    a.project_title,
    a.data_hash,
    a.data_title,
    a.dataset_title,
    a.data_type,
    a.branch_name,
    a.label_hash,
    a.label_row_id,
    a.space_id,
    a.owner_kind AS label_kind,
    CASE WHEN a.owner_kind = 'object' THEN a.owner_hash END AS object_hash,
    CASE WHEN a.owner_kind = 'object' THEN c.name END AS object_name,
    CASE WHEN a.owner_kind = 'classification' THEN a.owner_hash END AS classification_hash,
    CASE WHEN a.owner_kind = 'classification' THEN c.name END AS classification_name,
    n.class_feature_hash AS feature_hash,
    n.root_attribute_name,
    n.root_attribute_feature_hash,
    n.attribute_path,
    n.attribute_path || ' > ' || a.attribute_answer AS answer_path,
    n.feature_hash_path,
    a.attribute_name,
    a.attribute_feature_hash,
    a.answer_type,
    a.is_dynamic,
    a.depth,
    a.parent_option_hash,
    a.attribute_answer,
    a.attribute_answer_value,
    a.attribute_answer_feature_hash,
    a.answer_number,
    a.answer_position,
    a.frame_start,
    a.frame_end
FROM internal.named_answer AS a
JOIN nested AS n ON n.project_hash = a.project_hash AND n.feature_hash = a.attribute_feature_hash
LEFT JOIN ontology_class AS c ON c.project_hash = n.project_hash AND c.feature_hash = n.class_feature_hash
WHERE COALESCE(c.is_archived, FALSE) = FALSE;

COMMENT ON VIEW attribute_answer_path IS
    'One row per answer, static or dynamic, of an object or a classification, with its path through the nested options that lead to its question; not expanded to frames.';
