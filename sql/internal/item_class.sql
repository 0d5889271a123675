-- subject: changes
-- key: label_hash label_kind item_hash class_until?
CREATE VIEW internal.item_class AS
SELECT
    i.label_hash,
    'object' AS label_kind,
    i.object_hash AS item_hash,
    i.feature_hash,
    h.replaced_at AS class_from,
    CAST(NULL AS TIMESTAMPTZ) AS class_until
FROM object_instance AS i
LEFT JOIN (
    SELECT label_hash, object_hash, MAX(replaced_at) AS replaced_at
    FROM internal.object_instance_history
    GROUP BY label_hash, object_hash
) AS h ON h.label_hash = i.label_hash AND h.object_hash = i.object_hash
UNION ALL
SELECT label_hash, 'object', object_hash, feature_hash, class_from, replaced_at
FROM (
    SELECT
        label_hash, object_hash, feature_hash, replaced_at, change,
        LAG(replaced_at) OVER (PARTITION BY label_hash, object_hash ORDER BY replaced_at) AS class_from
    FROM internal.object_instance_history
) AS o
WHERE change <> 'added'
UNION ALL
SELECT i.label_hash, 'classification', i.classification_hash, i.feature_hash, h.replaced_at, NULL
FROM classification_instance AS i
LEFT JOIN (
    SELECT label_hash, classification_hash, MAX(replaced_at) AS replaced_at
    FROM internal.classification_instance_history
    GROUP BY label_hash, classification_hash
) AS h ON h.label_hash = i.label_hash AND h.classification_hash = i.classification_hash
UNION ALL
SELECT label_hash, 'classification', classification_hash, feature_hash, class_from, replaced_at
FROM (
    SELECT
        label_hash, classification_hash, feature_hash, replaced_at, change,
        LAG(replaced_at) OVER (PARTITION BY label_hash, classification_hash ORDER BY replaced_at) AS class_from
    FROM internal.classification_instance_history
) AS c
WHERE change <> 'added';

COMMENT ON VIEW internal.item_class IS
    'One row per object or classification and time in which it was the same: its class, from when (NULL if it was there at first) and until when (NULL if it is there now).';
