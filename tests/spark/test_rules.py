"""What each rule makes of what Spark does not know, and that it refuses what it does not know itself."""

from collections.abc import Callable

import pytest
from sqlglot import exp, parse_one

from connector.errors import ConnectorError, ErrorKind
from connector.views.spark import attribute_paths, clause_rules, expression_rules
from connector.views.spark.relation_names import RelationNames

Rule = Callable[[exp.Expr], exp.Expr]


def rewritten(rule: Rule, query: str) -> str:
    return rule(parse_one(query, read="duckdb")).sql(dialect="spark", comments=False)


@pytest.mark.parametrize(
    ("rule", "query", "expected"),
    [
        (
            clause_rules.without_materialisation,
            "WITH a AS MATERIALIZED (SELECT 1 AS x) SELECT x FROM a",
            "WITH a AS (SELECT 1 AS x) SELECT x FROM a",
        ),
        (expression_rules.without_collation, 'SELECT MIN(x COLLATE "C") FROM t', "SELECT MIN(x) FROM t"),
        (
            expression_rules.with_double_literals,
            "SELECT x * 1e9 + 0.5, 2, '1.5' FROM t",
            "SELECT x * 1e9 + CAST(0.5 AS DOUBLE), 2, '1.5' FROM t",
        ),
        (
            expression_rules.with_joined_arrays,
            "SELECT STRING_AGG(x, '; ' ORDER BY k) FROM t",
            (
                "SELECT CASE WHEN COUNT(x) > 0 THEN ARRAY_JOIN(TRANSFORM(SORT_ARRAY(COLLECT_LIST("
                "STRUCT(k IS NULL AS key_0_is_null, k AS key_0, x AS part))), gathered -> gathered.part), '; ') END"
                " FROM t"
            ),
        ),
        (
            expression_rules.with_json_texts,
            "SELECT (CAST(j AS JSON) ->> 'x'), (CAST(j AS JSON) -> 'a' ->> CAST(n * 2 AS INTEGER)) FROM t",
            (
                "SELECT (GET_JSON_OBJECT(j, '$.x')),"
                " (GET_JSON_OBJECT((GET_JSON_OBJECT(j, '$.a')), CONCAT('$[', CAST(n * 2 AS INT), ']'))) FROM t"
            ),
        ),
        (
            expression_rules.with_java_patterns,
            r"SELECT REGEXP_REPLACE(x, '\[([^][,]+)\]', '(\1)', 'g'), REGEXP_REPLACE(x, '^a+', '') FROM t",
            r"SELECT REGEXP_REPLACE(x, '\\[([^\\]\\[,]+)\\]', '($1)'), REGEXP_REPLACE(x, '^a+', '') FROM t",
        ),
        (
            expression_rules.with_unix_times,
            "SELECT EXTRACT(EPOCH FROM b - a) FROM t",
            "SELECT (UNIX_MICROS(b) - UNIX_MICROS(a)) / 1e6 FROM t",
        ),
        (
            expression_rules.with_lengths_of_arrays,
            "SELECT ARRAY_LENGTH(a, 1) FROM t",
            "SELECT ARRAY_SIZE(a) FROM t",
        ),
        (
            clause_rules.with_exploded_series,
            "SELECT k FROM t CROSS JOIN GENERATE_SERIES(0, 64) AS c(k)",
            "SELECT k FROM t CROSS JOIN LATERAL EXPLODE(SEQUENCE(0, 64)) AS c(k)",
        ),
        (
            clause_rules.with_exploded_series,
            "SELECT k FROM t CROSS JOIN LATERAL GENERATE_SERIES(0, t.n) AS c(k)",
            "SELECT k FROM t CROSS JOIN LATERAL EXPLODE(IF(0 <= t.n, SEQUENCE(0, t.n), ARRAY())) AS c(k)",
        ),
        (
            clause_rules.with_exploded_frames,
            "SELECT n.frame FROM t JOIN internal.frame_number AS n ON n.frame BETWEEN t.a AND t.b",
            (
                "SELECT n.frame FROM t"
                " CROSS JOIN (SELECT MAX(frame) AS largest FROM internal.frame_number) AS all_frames CROSS JOIN"
                " LATERAL EXPLODE(IF(t.a <= t.b AND t.a <= all_frames.largest AND t.b >= 0,"
                " SEQUENCE(GREATEST(t.a, 0), LEAST(t.b, all_frames.largest)), ARRAY())) AS n(frame)"
            ),
        ),
        (
            clause_rules.with_filtered_arrays,
            "SELECT (SELECT COUNT(*) FROM UNNEST(t.a) AS u(one) WHERE u.one > t.x) FROM t",
            "SELECT ARRAY_SIZE(FILTER(t.a, one -> one > t.x)) FROM t",
        ),
        (
            clause_rules.with_transformed_arrays,
            (
                "SELECT (SELECT LOWER(STRING_AGG(one || x, ',' ORDER BY place)) FROM (SELECT UNNEST(all_) AS one,"
                " GENERATE_SUBSCRIPTS(all_, 1) AS place FROM (SELECT t.a AS all_) AS s) AS p) FROM t"
            ),
            "SELECT LOWER(NULLIF(ARRAY_JOIN(TRANSFORM(t.a, one -> one || x), ','), '')) FROM t",
        ),
        (
            clause_rules.with_windows_written_out,
            "SELECT SUM(x) OVER u, MAX(x) OVER (u ORDER BY c) FROM t WINDOW u AS (PARTITION BY a)",
            "SELECT SUM(x) OVER (PARTITION BY a), MAX(x) OVER (PARTITION BY a ORDER BY c NULLS LAST) FROM t",
        ),
        (
            RelationNames("team", "encord", "encord_data").placed,
            "WITH a AS (SELECT x FROM label_row) SELECT x FROM a JOIN internal.named_answer AS n USING (x)",
            (
                "WITH a AS (SELECT x FROM team.encord.label_row AS label_row)"
                " SELECT x FROM a JOIN team.encord_internal.named_answer AS n USING (x)"
            ),
        ),
    ],
)
def test_what_a_rule_makes(rule: Rule, query: str, expected: str) -> None:
    assert rewritten(rule, query) == expected


@pytest.mark.parametrize(
    ("rule", "query"),
    [
        (expression_rules.with_joined_arrays, "SELECT STRING_AGG(x, ',') FROM t"),
        (expression_rules.with_joined_arrays, "SELECT STRING_AGG(x, ',' ORDER BY k DESC) FROM t"),
        (expression_rules.with_java_patterns, "SELECT REGEXP_REPLACE(x, 'a', 'b') FROM t"),
        (expression_rules.with_unix_times, "SELECT EXTRACT(YEAR FROM x) FROM t"),
        (clause_rules.with_exploded_series, "SELECT GENERATE_SERIES(0, 3)"),
        (clause_rules.with_exploded_frames, "SELECT n.frame FROM t JOIN frame_number AS n ON n.frame = t.a"),
        (clause_rules.with_filtered_arrays, "SELECT u.one FROM UNNEST(a) AS u(one)"),
        (clause_rules.with_transformed_arrays, "SELECT GENERATE_SUBSCRIPTS(a, 1) FROM t"),
        (
            attribute_paths.with_walked_paths,
            "WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n) SELECT x FROM n",
        ),
    ],
)
def test_what_a_rule_refuses(rule: Rule, query: str) -> None:
    with pytest.raises(ConnectorError, match="cannot be said in Spark's SQL") as caught:
        rewritten(rule, query)
    assert caught.value.kind is ErrorKind.INTERNAL
