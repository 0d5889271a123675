"""Rules that rewrite clauses and sub-queries which Spark does not know."""

from sqlglot import exp

from connector.views.spark.expression_rules import array_size, built, unknown_to_spark

_FRAMES = "frame_number"


def without_materialisation(query: exp.Expr) -> exp.Expr:
    """Spark decides by itself what it works out once, and knows no word for it."""
    for cte in query.find_all(exp.CTE):
        cte.set("materialized", None)
    return query


def with_exploded_series(query: exp.Expr) -> exp.Expr:
    """GENERATE_SERIES in FROM is an exploded SEQUENCE, which must not count downwards."""
    for series in list(query.find_all(exp.GenerateSeries)):
        start, end = series.args["start"], series.args["end"]
        numbers: exp.Expr = exp.func("SEQUENCE", start.copy(), end.copy(), dialect="spark")
        if not (start.is_int and end.is_int and int(start.name) <= int(end.name)):
            numbers = exp.func(
                "IF", exp.LTE(this=start.copy(), expression=end.copy()), numbers, exp.Array(expressions=[])
            )
        place = series.parent
        if not isinstance(place, exp.Table | exp.Lateral):
            raise unknown_to_spark(series, "numbers are generated outside FROM")
        place.replace(exp.Lateral(this=exp.Explode(this=numbers), alias=place.args["alias"].copy()))
    return query


def with_exploded_frames(query: exp.Expr) -> exp.Expr:
    """A join with the numbers of all frames BETWEEN two is a SEQUENCE of those: Spark would compare each with each.

    The largest number still counts: ranges are shown up to it, as on the other engines.
    """
    for table in list(query.find_all(exp.Table)):
        if table.name != _FRAMES:
            continue
        join, select = table.parent, table.find_ancestor(exp.Select)
        range_ = join.args.get("on") if isinstance(join, exp.Join) else None
        if not isinstance(range_, exp.Between) or select is None or not range_.this == exp.column("frame", table.alias):
            raise unknown_to_spark(table, "frames are joined otherwise than BETWEEN two numbers")
        frames = built(
            "IF(:low <= :high AND :low <= all_frames.largest AND :high >= 0,"
            " SEQUENCE(GREATEST(:low, 0), LEAST(:high, all_frames.largest)), ARRAY())",
            low=range_.args["low"],
            high=range_.args["high"],
        )
        alias = exp.TableAlias(this=exp.to_identifier(table.alias), columns=[exp.to_identifier("frame")])
        largest = exp.select(exp.alias_(exp.Max(this=exp.column("frame")), "largest"))
        bound = largest.from_(exp.to_table(f"internal.{_FRAMES}")).subquery("all_frames")
        joins = select.args["joins"]
        place = joins.index(join)
        joins[place : place + 1] = [
            exp.Join(this=bound, kind="CROSS"),
            exp.Join(this=exp.Lateral(this=exp.Explode(this=frames), alias=alias), kind="CROSS"),
        ]
        select.set("joins", joins)
    return query


def with_filtered_arrays(query: exp.Expr) -> exp.Expr:
    """A sub-query that counts elements of an array is the size of the filtered array."""
    for unnest in list(query.find_all(exp.Unnest)):
        select = unnest.find_ancestor(exp.Select)
        if (
            select is None
            or not isinstance(select.parent, exp.Subquery)
            or select.expressions != [exp.Count(this=exp.Star(), big_int=True)]
        ):
            raise unknown_to_spark(unnest, "an array is taken apart for something else than to count its elements")
        (name,) = (column.name for column in unnest.args["alias"].columns)
        of_element = _lambda(select.args["where"].this, name)
        select.parent.replace(array_size(exp.ArrayFilter(this=unnest.expressions[0].copy(), expression=of_element)))
    return query


def with_transformed_arrays(query: exp.Expr) -> exp.Expr:
    """A sub-query that joins a text for each element of an array, in their order, is a transformed array, joined."""
    for place in list(query.find_all(exp.Anonymous)):
        if place.name.upper() != "GENERATE_SUBSCRIPTS":
            continue
        elements = place.find_ancestor(exp.Select)
        select = None if elements is None else elements.find_ancestor(exp.Select)
        aggregate = None if select is None else select.find(exp.GroupConcat)
        if (
            elements is None
            or select is None
            or not isinstance(select.parent, exp.Subquery)
            or aggregate is None
            or [key.this.name for key in aggregate.this.expressions] != [place.parent.alias]  # type: ignore[union-attr]
        ):
            raise unknown_to_spark(place, "places in an array are asked for outside a text that is joined by them")
        (element,) = (column for column in elements.expressions if isinstance(column.this, exp.Explode))
        (array,) = (
            column.this
            for column in elements.args["from_"].this.this.expressions
            if column.alias == element.this.this.name
        )
        # NULL if the text of each element is NULL, as with STRING_AGG; none of them is an empty text.
        joined = built(
            "NULLIF(ARRAY_JOIN(:texts, :separator), '')",
            texts=exp.Transform(this=array.copy(), expression=_lambda(aggregate.this.this, element.alias)),
            separator=aggregate.args["separator"],
        )
        aggregate.replace(joined)
        select.parent.replace(select.expressions[0])
    return query


def _lambda(body: exp.Expr, name: str) -> exp.Lambda:
    """A function of one argument, which the body knows as a column."""
    whole = exp.Lambda(this=body.copy(), expressions=[exp.to_identifier(name)])
    for column in list(whole.find_all(exp.Column)):
        if column.name == name:
            column.replace(exp.to_identifier(name))
    return whole


def with_windows_written_out(query: exp.Expr) -> exp.Expr:
    """Each use of a named window becomes that window: Spark does not find names that a WITH query declares."""
    for select in query.find_all(exp.Select):
        named = {window.name: window for window in select.args.get("windows") or ()}
        for window in list(select.find_all(exp.Window)):
            name = window.args.get("alias")
            if name is not None and window.find_ancestor(exp.Select) is select and window not in named.values():
                meant = named[name.name]
                for part in ("partition_by", "order", "spec"):
                    if not window.args.get(part) and meant.args.get(part):
                        window.set(part, _copied(meant.args[part]))
                window.set("alias", None)
        select.set("windows", None)
    return query


def _copied(part: object) -> object:
    return [each.copy() for each in part] if isinstance(part, list) else part.copy()  # type: ignore[attr-defined]
