"""What Spark reads from a table instead of working it out for each query, because it would not finish the planning.

Spark puts every view, and every CTE of it, in at each place that names it. So the chain of consensus views would read
thousands of tables, and planning that takes longer than anybody waits. A stored view is one table to those above it.
"""

from typing import NamedTuple

from sqlglot import exp

STORED_VIEWS = ("consensus_branch", "consensus_answer")
"""Views that are stored. Both are narrow places of the chain: all that is above them reads them again and again."""

STORED_PARTS = {"consensus_attribute_side": "given"}
"""View → its CTE that is stored, where one view is too much: the CTE reads views, and the view reads it many times."""


class Part(NamedTuple):
    """A CTE that is stored as a table of the plumbing.

    Attributes:
        name: the table's name.
        query: what it holds.
    """

    name: str
    query: exp.Expr


def taken_out(view_name: str, query: exp.Expr) -> tuple[Part | None, exp.Expr]:
    """Takes the CTE that is to be stored out of a view, which then reads a table of `internal`.

    Args:
        view_name: the view.
        query: what it selects.

    Returns:
        The part, or None if the view has none, and the query without it.
    """
    if view_name not in STORED_PARTS:
        return None, query
    named = STORED_PARTS[view_name]
    (cte,) = (each for each in query.args["with_"].expressions if each.alias == named)
    part = Part(f"{view_name}_{named}", cte.this.copy())
    for table in list(query.find_all(exp.Table)):
        if table.name == named and not table.db:
            table.set("alias", table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(named)))
            table.set("this", exp.to_identifier(part.name))
            table.set("db", exp.to_identifier("internal"))
    cte.pop()
    return part, query
