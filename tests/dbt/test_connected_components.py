"""Connected components in SQL against a search in Python, on graphs of every shape."""

from collections import defaultdict
from itertools import pairwise
from random import Random

import duckdb
import pyarrow as pa
import pytest
from contract_project import ContractProject

Edges = list[tuple[int, int]]


def chain(nodes: list[int], _dice: Random) -> Edges:
    return list(pairwise(nodes))


def ring(nodes: list[int], dice: Random) -> Edges:
    return [*chain(nodes, dice), (nodes[-1], nodes[0])]


def star(nodes: list[int], _dice: Random) -> Edges:
    """Around any node, not the smallest."""
    return [(nodes[0], node) for node in nodes[1:]]


def everyone(nodes: list[int], _dice: Random) -> Edges:
    return [(one, other) for one in nodes for other in nodes if one < other]


def tree(nodes: list[int], dice: Random) -> Edges:
    return [(node, dice.choice(nodes[:place])) for place, node in enumerate(nodes) if place]


def sparse(nodes: list[int], dice: Random) -> Edges:
    """Some parts, some nodes alone, some edges twice and in both directions."""
    edges = [(dice.choice(nodes), dice.choice(nodes)) for _ in range(len(nodes) // 2)]
    edges = [(one, other) for one, other in edges if one != other]
    return edges + [(other, one) for one, other in edges[::3]] + edges[::4]


def components_of(nodes: list[int], edges: Edges) -> dict[int, int]:
    neighbours = defaultdict(set)
    for one, other in edges:
        neighbours[one].add(other)
        neighbours[other].add(one)
    found: dict[int, int] = {}
    for start in sorted(nodes):
        waiting = [] if start in found else [start]
        while waiting:
            node = waiting.pop()
            if node not in found:
                found[node] = start
                waiting.extend(neighbours[node])
    return found


@pytest.mark.parametrize("shape", [chain, ring, star, everyone, tree, sparse])
@pytest.mark.parametrize("size", [1, 2, 3, 13, 40, 400])
def test_components_are_those_of_a_search(project: ContractProject, shape, size: int):
    dice = Random(size)
    # keys of a ledger are hashes, negative ones too
    keys = [dice.getrandbits(63) - 2**62 for _ in range(3 * size)]
    parts = [keys[start : start + size] for start in range(0, 3 * size, size)]
    edges = [edge for part in parts if size > 1 or shape is sparse for edge in shape(part, dice)]
    with duckdb.connect() as con:
        con.register("nodes", pa.table({"node_key": pa.array(keys, pa.int64())}))
        con.register(
            "edges",
            pa.table(
                {
                    "left_key": pa.array([one for one, _ in edges], pa.int64()),
                    "right_key": pa.array([other for _, other in edges], pa.int64()),
                }
            ),
        )
        rows = con.execute(project.sql("golden_components")).fetchall()
    assert len(rows) == len(keys)
    assert dict(rows) == components_of(keys, edges)


def test_a_chain_of_thousands_is_one(project: ContractProject):
    nodes = Random(1).sample(range(10**6), 3000)
    with duckdb.connect() as con:
        con.register("nodes", pa.table({"node_key": nodes}))
        con.register("edges", pa.table({"left_key": nodes[:-1], "right_key": nodes[1:]}))
        rows = con.execute(project.sql("golden_components")).fetchall()
    assert {component for _, component in rows} == {min(nodes)}
    assert len(rows) == 3000
