"""The one recursion of `sql/`, as Spark 3.5 can say it: a walk from each question up to the one at the root.

A chain of joins would be as deep as somebody may nest questions, and Spark's analyser takes minutes for nine. So each
project's options become one map, and a fold over as many steps as a question is deep looks up option after option.
"""

from sqlglot import exp, parse_one

from connector.views.spark.expression_rules import unknown_to_spark

_NAME = "nested"
_WALK = """
WITH option_map AS (
    SELECT
        o.project_hash,
        MAP_FROM_ENTRIES(COLLECT_LIST(STRUCT(
            o.feature_hash AS option_hash,
            STRUCT(
                a.feature_hash AS question_hash, a.name AS question, a.parent_option_hash AS option_hash,
                a.depth AS depth, COALESCE(o.label, o.option_value, '') AS label
            ) AS leads_to
        ))) AS options
    FROM ontology_option AS o
    JOIN ontology_attribute AS a
        ON a.project_hash = o.project_hash AND a.feature_hash = o.attribute_feature_hash
    GROUP BY o.project_hash
), nested AS (
    SELECT
        project_hash,
        feature_hash,
        class_feature_hash,
        depth,
        walked.question AS root_attribute_name,
        walked.question_hash AS root_attribute_feature_hash,
        walked.names AS attribute_path,
        walked.hashes AS feature_hash_path
    FROM (
        SELECT
            t.project_hash,
            t.feature_hash,
            t.class_feature_hash,
            t.depth,
            AGGREGATE(
                IF(t.depth > 0, SEQUENCE(CAST(1 AS BIGINT), t.depth), ARRAY()),
                STRUCT(
                    t.feature_hash AS question_hash, t.name AS question, t.parent_option_hash AS option_hash,
                    t.depth AS depth, COALESCE(t.name, '') AS names, t.feature_hash AS hashes
                ),
                (below, step) -> CASE WHEN m.options[below.option_hash].depth = below.depth - 1 THEN STRUCT(
                    m.options[below.option_hash].question_hash AS question_hash,
                    m.options[below.option_hash].question AS question,
                    m.options[below.option_hash].option_hash AS option_hash,
                    m.options[below.option_hash].depth AS depth,
                    COALESCE(m.options[below.option_hash].question, '') || ' > '
                        || m.options[below.option_hash].label || ' > ' || below.names AS names,
                    m.options[below.option_hash].question_hash || ' > ' || below.option_hash || ' > ' || below.hashes
                        AS hashes
                ) END
            ) AS walked
        FROM ontology_attribute AS t
        LEFT JOIN option_map AS m ON m.project_hash = t.project_hash
    ) AS climbed
    WHERE NOT walked.question_hash IS NULL
)
SELECT * FROM nested
"""


def with_walked_paths(query: exp.Expr) -> exp.Expr:
    """Replaces the recursive query for the paths of nested questions; there is no other recursion.

    Raises:
        ConnectorError: INTERNAL, if there is.
    """
    clause = query.args.get("with_")
    if clause is None or not clause.args.get("recursive"):
        return query
    if [cte.alias for cte in clause.expressions] != [_NAME]:
        raise unknown_to_spark(clause, "it recurses otherwise than to find the paths of nested questions")
    query.set("with_", parse_one(_WALK, read="spark").args["with_"])
    return query
