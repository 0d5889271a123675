"""Rules that rewrite expressions which Spark does not know, or reads otherwise than DuckDB and PostgreSQL.

Each changes a tree that sqlglot parsed and returns it. What a rule cannot say in Spark's SQL it refuses, so that a new
view cannot be wrong in silence.
"""

import re

from sqlglot import exp, parse_one

from connector.errors import ConnectorError, ErrorKind


def without_collation(query: exp.Expr) -> exp.Expr:
    """Texts are compared byte by byte in Spark, which is what COLLATE "C" asks for."""
    for collation in list(query.find_all(exp.Collate)):
        collation.replace(collation.this)
    return query


def with_double_literals(query: exp.Expr) -> exp.Expr:
    """0.5 is a DECIMAL of one digit in Spark, and an average of such has five; the views mean a double."""
    for literal in list(query.find_all(exp.Literal)):
        if literal.is_number and "." in literal.name and "e" not in literal.name.lower():
            literal.replace(exp.cast(literal.copy(), exp.DataType.Type.DOUBLE))
    return query


def with_joined_arrays(query: exp.Expr) -> exp.Expr:
    """STRING_AGG(x, s ORDER BY k) is a sorted array, joined: Spark 3.5 has nothing that keeps an order.

    A NULL among the keys comes last, as on the other engines; texts that are NULL are left out, and NULL is the answer
    if all are.
    """
    for aggregate in list(query.find_all(exp.GroupConcat)):
        order = aggregate.this
        if not isinstance(order, exp.Order) or any(key.args.get("desc") for key in order.expressions):
            raise unknown_to_spark(aggregate, "texts are gathered without an ascending order")
        fields = []
        for place, key in enumerate(order.expressions):
            fields += [
                exp.alias_(exp.Is(this=key.this.copy(), expression=exp.null()), f"key_{place}_is_null"),
                exp.alias_(key.this.copy(), f"key_{place}"),
            ]
        fields.append(exp.alias_(order.this.copy(), "part"))
        aggregate.replace(
            built(
                "CASE WHEN COUNT(:part) > 0 THEN"
                " ARRAY_JOIN(TRANSFORM(SORT_ARRAY(COLLECT_LIST(:fields)), gathered -> gathered.part), :separator) END",
                part=order.this,
                fields=exp.Struct(expressions=fields),
                separator=aggregate.args["separator"],
            )
        )
    return query


def with_json_texts(query: exp.Expr) -> exp.Expr:
    """JSON is text in Spark: no cast, and an element's place is part of the path."""
    for cast in list(query.find_all(exp.Cast)):
        if cast.to.is_type(exp.DataType.Type.JSON):
            cast.replace(cast.this)
    for extraction in list(query.find_all(exp.JSONExtract, exp.JSONExtractScalar)):
        if not isinstance(extraction.expression, exp.JSONPath):
            place = extraction.expression
            extraction.replace(
                built("GET_JSON_OBJECT(:json, CONCAT('$[', :place, ']'))", json=extraction.this, place=place)
            )
    return query


def with_java_patterns(query: exp.Expr) -> exp.Expr:
    r"""Regular expressions as Java reads them: `[^\]\[]` for `[^][]`, `$1` for `\1`, and every match is replaced."""
    for replacement in list(query.find_all(exp.RegexpReplace)):
        pattern, text = replacement.expression.name, replacement.args["replacement"].name
        modifiers = replacement.args.get("modifiers")
        is_everywhere = modifiers is not None and modifiers.name == "g"
        if not is_everywhere and not (pattern.startswith("^") or pattern.endswith("$")):
            raise unknown_to_spark(replacement, "only the first match is replaced, and the pattern is not anchored")
        replacement.set("expression", exp.Literal.string(_java_pattern(pattern)))
        replacement.set("replacement", exp.Literal.string(re.sub(r"\\(\d)", r"$\1", text)))
        replacement.set("modifiers", None)
    return query


def _java_pattern(pattern: str) -> str:
    """In Java a bracket within a class begins a class of its own."""
    return pattern.replace("[^][", r"[^\]\[")


def with_unix_times(query: exp.Expr) -> exp.Expr:
    """EXTRACT(EPOCH FROM a - b) is a difference of microseconds, EXTRACT(EPOCH FROM a) those since 1970."""
    for extraction in list(query.find_all(exp.Extract)):
        span = extraction.expression
        if extraction.name.upper() != "EPOCH" or not isinstance(span, exp.Sub | exp.Column):
            raise unknown_to_spark(extraction, "of times only the seconds since 1970 and between two are known")
        if isinstance(span, exp.Column):
            extraction.replace(built("UNIX_MICROS(:moment) / 1e6", moment=span))
            continue
        extraction.replace(
            built("(UNIX_MICROS(:later) - UNIX_MICROS(:earlier)) / 1e6", later=span.this, earlier=span.expression)
        )
    return query


def with_lengths_of_arrays(query: exp.Expr) -> exp.Expr:
    """The length of NULL is NULL; SIZE would say -1."""
    for length in list(query.find_all(exp.ArraySize)):
        length.replace(array_size(length.this))
    return query


def array_size(array: exp.Expr) -> exp.Expr:
    """How many elements an array has; sqlglot would write SIZE."""
    return exp.Anonymous(this="ARRAY_SIZE", expressions=[array.copy()])


def unknown_to_spark(what: exp.Expr, why: str) -> ConnectorError:
    """The refusal of a rule."""
    return ConnectorError(
        ErrorKind.INTERNAL, f"A view cannot be said in Spark's SQL, because {why}: {what.sql(dialect='duckdb')}"
    )


def built(template: str, **parts: exp.Expr) -> exp.Expr:
    """An expression in Spark's SQL with other expressions in place of `:name`."""
    copies = {name: part.copy() for name, part in parts.items()}
    return exp.replace_placeholders(parse_one(template, read="spark"), **copies)
