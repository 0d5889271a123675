-- grain: one row a question of a project and two annotators
-- after: consensus_vote
CREATE VIEW consensus_answer_pair AS
WITH given AS MATERIALIZED (
    SELECT
        project_hash, project_title, data_hash, space_id, frame, feature_hash, question, annotator, answer
    FROM consensus_vote
    WHERE answer IS NOT NULL
), both_answered AS MATERIALIZED (
    SELECT
        a.project_hash, a.project_title, a.feature_hash, a.question,
        a.annotator, b.annotator AS other_annotator, a.answer, b.answer AS other_answer
    FROM given AS a
    JOIN given AS b
        ON b.project_hash = a.project_hash AND b.data_hash = a.data_hash AND b.space_id = a.space_id
        AND b.frame = a.frame AND b.feature_hash = a.feature_hash AND a.annotator < b.annotator
), pair AS (
    SELECT
        project_hash, MAX(project_title) AS project_title, feature_hash, MAX(question) AS question,
        annotator, other_annotator,
        COUNT(*) AS n,
        AVG(CASE WHEN answer = other_answer THEN 1.0 ELSE 0.0 END) AS percent_agreement
    FROM both_answered
    GROUP BY project_hash, feature_hash, annotator, other_annotator
), margin AS (
    SELECT project_hash, feature_hash, annotator, other_annotator, answer, SUM(one) AS n_one, SUM(other) AS n_other
    FROM (
        SELECT project_hash, feature_hash, annotator, other_annotator, answer, 1.0 AS one, 0.0 AS other
        FROM both_answered
        UNION ALL
        SELECT project_hash, feature_hash, annotator, other_annotator, other_answer, 0.0 AS one, 1.0 AS other
        FROM both_answered
    ) AS given
    GROUP BY project_hash, feature_hash, annotator, other_annotator, answer
), chance AS (
    SELECT
        project_hash, feature_hash, annotator, other_annotator,
        CAST(SUM(n_one * n_other) AS DOUBLE PRECISION) AS products
    FROM margin
    GROUP BY project_hash, feature_hash, annotator, other_annotator
)
SELECT
    p.project_hash,
    p.project_title,
    p.feature_hash,
    p.question,
    p.annotator,
    p.other_annotator,
    p.n,
    -- Rounded, as all such figures: the last digit of a sum differs from run to run, and between engines.
    ROUND(CAST(p.percent_agreement AS DOUBLE PRECISION) * 1e9) / 1e9 AS percent_agreement,
    ROUND(
        ((p.percent_agreement - c.products / (p.n * p.n)) / NULLIF(1 - c.products / (p.n * p.n), 0)) * 1e9
    ) / 1e9 AS cohen_kappa
FROM pair AS p
JOIN chance AS c
    ON c.project_hash = p.project_hash AND c.feature_hash = p.feature_hash
    AND c.annotator = p.annotator AND c.other_annotator = p.other_annotator;

COMMENT ON VIEW consensus_answer_pair IS
    'One row a question of a project and two annotators, each two once: how often they answered the same.';
COMMENT ON COLUMN consensus_answer_pair.project_hash IS 'The project''s id in Encord.';
COMMENT ON COLUMN consensus_answer_pair.project_title IS 'The project''s title.';
COMMENT ON COLUMN consensus_answer_pair.feature_hash IS 'The ontology class, case-sensitive.';
COMMENT ON COLUMN consensus_answer_pair.question IS
    'The question: the classification''s title, as the ontology words it now.';
COMMENT ON COLUMN consensus_answer_pair.annotator IS 'One annotator, the first in order.';
COMMENT ON COLUMN consensus_answer_pair.other_annotator IS 'The other annotator.';
COMMENT ON COLUMN consensus_answer_pair.n IS 'Items that both answered.';
COMMENT ON COLUMN consensus_answer_pair.percent_agreement IS 'Share of them with equal answers.';
COMMENT ON COLUMN consensus_answer_pair.cohen_kappa IS
    'Cohen''s kappa; NULL if both always gave one answer. Below about 20 items it says little.';
