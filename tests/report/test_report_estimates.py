"""Estimates and widths appear as tables; what is outside its interval says so."""

from verify.report import model

ROW = {"kind": "monte_carlo", "n": 300, "seed": 20, "confidence": "0.99", "estimate": "7/10", "low": "3/5", "high": "4/5"}
WIDTH = {"symbol": "m", "width": 4, "n": 300, "seed": 20, "confidence": "0.99", "estimate": "0.3", "low": "0.2",
         "high": "0.4", "value": "0.316406"}  # fmt: skip


def test_a_list_of_estimates():
    table = model._monte_carlo([{**ROW, "contains_value": True}, {**ROW, "contains_value": False}, ROW])
    assert [row[-1] for row in table.rows] == ["inside", "outside", "not known"]
    assert table.rows[0][:3] == ("7/10", "3/5", "4/5") and len(table.facts) == 3
    assert model._monte_carlo([]) is None is model._monte_carlo(None)
    assert model._monte_carlo({"n": 10, "interval": ["0", "1"]}).facts


def test_widths():
    table = model._widths([{**WIDTH, "inside": True}, {**WIDTH, "width": 16, "inside": False}, WIDTH])
    assert [row[0] for row in table.rows] == ["4", "16", "4"] and table.head[0] == "width m"
    assert [row[-1] for row in table.rows] == ["inside", "outside", "outside"]
    assert model._widths([]) is None is model._widths(None)
