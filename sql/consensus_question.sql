-- grain: one row a question of a project
-- after: consensus_vote consensus_item
CREATE VIEW consensus_question AS
WITH item AS MATERIALIZED (
    SELECT
        *,
        MAX(n_branches) OVER (PARTITION BY project_hash, feature_hash) AS n_raters,
        n_answers * (1 - agreement) AS disagreeing
    FROM consensus_item
), pairable AS MATERIALIZED (
    SELECT v.project_hash, v.feature_hash, v.answer, i.n_answers
    FROM consensus_vote AS v
    JOIN item AS i
        ON i.project_hash = v.project_hash AND i.data_hash = v.data_hash AND i.space_id = v.space_id
        AND i.frame = v.frame AND i.feature_hash = v.feature_hash
    WHERE v.answer IS NOT NULL AND i.n_answers > 1
), value_total AS (
    SELECT project_hash, feature_hash, answer, CAST(COUNT(*) AS DOUBLE PRECISION) AS n
    FROM pairable
    GROUP BY project_hash, feature_hash, answer
), expected AS (
    SELECT project_hash, feature_hash, SUM(n) AS n, SUM(n * n) AS squares
    FROM value_total
    GROUP BY project_hash, feature_hash
), fleiss_value AS (
    SELECT
        p.project_hash,
        p.feature_hash,
        CAST(COUNT(*) AS DOUBLE PRECISION) AS n
    FROM pairable AS p
    JOIN (SELECT DISTINCT project_hash, feature_hash, n_raters FROM item) AS r
        ON r.project_hash = p.project_hash AND r.feature_hash = p.feature_hash AND r.n_raters = p.n_answers
    GROUP BY p.project_hash, p.feature_hash, p.answer
), fleiss AS (
    SELECT project_hash, feature_hash, SUM(n * n) / (SUM(n) * SUM(n)) AS by_chance
    FROM fleiss_value
    GROUP BY project_hash, feature_hash
), question AS (
    SELECT
        project_hash,
        MAX(project_title) AS project_title,
        feature_hash,
        MAX(question) AS question,
        MAX(answer_type) AS answer_type,
        COUNT(*) AS n_items,
        MAX(n_raters) AS n_raters,
        CAST(SUM(n_answers) AS BIGINT) AS n_answers,
        SUM(disagreeing) AS disagreeing,
        AVG(agreement) AS mean_agreement,
        CAST(SUM(n_answers) AS DOUBLE PRECISION) / SUM(n_branches) AS coverage,
        COUNT(*) FILTER (WHERE is_tie) AS n_ties,
        COUNT(*) FILTER (WHERE n_answers = n_raters AND n_raters > 1) AS n_fleiss_items,
        AVG(agreement) FILTER (WHERE n_answers = n_raters) AS fleiss_agreement
    FROM item
    GROUP BY project_hash, feature_hash
)
SELECT
    q.project_hash,
    q.project_title,
    q.feature_hash,
    q.question,
    q.answer_type,
    q.n_items,
    q.n_raters,
    q.n_answers,
    -- Rounded, as all such figures: the last digit of a sum differs from run to run, and between engines.
    ROUND(q.mean_agreement * 1e9) / 1e9 AS mean_agreement,
    q.coverage,
    q.n_ties,
    ROUND((1 - (e.n - 1) * q.disagreeing / NULLIF(e.n * e.n - e.squares, 0)) * 1e9) / 1e9 AS krippendorff_alpha,
    ROUND(((q.fleiss_agreement - f.by_chance) / NULLIF(1 - f.by_chance, 0)) * 1e9) / 1e9 AS fleiss_kappa,
    q.n_fleiss_items
FROM question AS q
LEFT JOIN expected AS e ON e.project_hash = q.project_hash AND e.feature_hash = q.feature_hash
LEFT JOIN fleiss AS f ON f.project_hash = q.project_hash AND f.feature_hash = q.feature_hash;

COMMENT ON VIEW consensus_question IS
    'One row a question of a project: how far the annotators agree on it, plainly and corrected for chance.';
COMMENT ON COLUMN consensus_question.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_question.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_question.feature_hash IS 'The ontology class, case-sensitive.';
COMMENT ON COLUMN consensus_question.question IS
    'The question: the classification''s title, as the ontology words it now.';
COMMENT ON COLUMN consensus_question.answer_type IS 'radio, checklist, text or numeric.';
COMMENT ON COLUMN consensus_question.n_items IS 'Questions on frames (one question on one frame is an item).';
COMMENT ON COLUMN consensus_question.n_raters IS 'Annotators'' branches that an item has, at most.';
COMMENT ON COLUMN consensus_question.n_answers IS 'Answers given.';
COMMENT ON COLUMN consensus_question.mean_agreement IS 'Mean agreement of the items.';
COMMENT ON COLUMN consensus_question.coverage IS 'Share of asked answers that were given.';
COMMENT ON COLUMN consensus_question.n_ties IS 'Items without one answer that was given most often.';
COMMENT ON COLUMN consensus_question.krippendorff_alpha IS
    'Krippendorff''s alpha for nominal answers; NULL if everybody always answered the same. Mind n_items: below about 20 it says little.';
COMMENT ON COLUMN consensus_question.fleiss_kappa IS
    'Fleiss'' kappa over items that n_raters branches answered; NULL if everybody always answered the same.';
COMMENT ON COLUMN consensus_question.n_fleiss_items IS 'Items that Fleiss'' kappa rests on.';
