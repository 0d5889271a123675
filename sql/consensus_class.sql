-- grain: one row an object class of a project
-- after: consensus_object_side
CREATE VIEW consensus_class AS
WITH side AS MATERIALIZED (
    SELECT * FROM consensus_object_side WHERE pair_kind = 'peer'
), confused AS (
    SELECT
        project_hash,
        feature_hash,
        other_object_name,
        ROW_NUMBER() OVER (
            PARTITION BY project_hash, feature_hash ORDER BY COUNT(*) DESC, other_feature_hash
        ) AS place
    FROM side
    WHERE outcome = 'other_class'
    GROUP BY project_hash, feature_hash, other_object_name, other_feature_hash
)
SELECT
    s.project_hash,
    MAX(s.project_title) AS project_title,
    s.feature_hash,
    MAX(s.object_name) AS object_name,
    COUNT(*) AS n_sides,
    ROUND(CAST(AVG(s.is_found) AS DOUBLE PRECISION) * 1e9) / 1e9 AS detection_f1,
    -- Rounded, as all such figures: the last digit of a sum differs from run to run, and between engines.
    ROUND((AVG(s.iou) FILTER (WHERE s.is_found = 1)) * 1e9) / 1e9 AS mean_iou,
    ROUND(AVG(s.score) * 1e9) / 1e9 AS object_agreement,
    ROUND(
        CAST(AVG(CASE WHEN s.outcome = 'missing' THEN 1.0 ELSE 0.0 END) AS DOUBLE PRECISION) * 1e9
    ) / 1e9 AS missing_rate,
    ROUND(
        CAST(AVG(CASE WHEN s.outcome = 'other_class' THEN 1.0 ELSE 0.0 END) AS DOUBLE PRECISION) * 1e9
    ) / 1e9 AS confusion_rate,
    MAX(c.other_object_name) AS most_confused_with,
    ROUND(
        CAST(AVG(CASE WHEN s.iou_method = 'extent' THEN 1.0 ELSE 0.0 END) FILTER (WHERE s.iou IS NOT NULL)
            AS DOUBLE PRECISION) * 1e9
    ) / 1e9 AS share_by_extent
FROM side AS s
LEFT JOIN confused AS c ON c.project_hash = s.project_hash AND c.feature_hash = s.feature_hash AND c.place = 1
GROUP BY s.project_hash, s.feature_hash;

COMMENT ON VIEW consensus_class IS
    'One row an object class of a project: how far annotators agree on its objects, both sides counted.';
COMMENT ON COLUMN consensus_class.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_class.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_class.feature_hash IS 'The ontology class, case-sensitive.';
COMMENT ON COLUMN consensus_class.object_name IS 'The object''s class, as the ontology names it now.';
COMMENT ON COLUMN consensus_class.n_sides IS
    'Objects on frames, each counted once for every branch that could have it.';
COMMENT ON COLUMN consensus_class.detection_f1 IS
    'Did they see the same objects? 2 TP / (n + n), 0 to 1; NULL with nothing to compare.';
COMMENT ON COLUMN consensus_class.mean_iou IS 'Did they draw the found ones alike? Mean IoU, 0 to 1.';
COMMENT ON COLUMN consensus_class.object_agreement IS
    'Both in one: detection_f1 times mean_iou (panoptic quality), 0 to 1; NULL with nothing to compare.';
COMMENT ON COLUMN consensus_class.missing_rate IS 'Share of sides where the other branch has nothing there.';
COMMENT ON COLUMN consensus_class.confusion_rate IS 'Share of sides where the other branch has another class there.';
COMMENT ON COLUMN consensus_class.most_confused_with IS 'The class that it is taken for most often.';
COMMENT ON COLUMN consensus_class.share_by_extent IS
    'Share of the matched sides whose IoU is that of boxes around the shapes: the more, the less these figures say.';
