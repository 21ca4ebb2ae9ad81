"""A city with its own tree learns from its own cases how far the software may go alone."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from minhu.server.cli import build

NAMES = ("教育/招生录取", "教育/乱收费", "医疗/医疗收费", "交通/公交线路", "交通/出租车")


def _levels(tmp_path: Path, cases: str, *more: str) -> tuple[int, str]:
    tree, file = tmp_path / "tree.csv", tmp_path / "cases.csv"
    tree.write_text("level1,level2\n" + "\n".join(name.replace("/", ",") for name in NAMES), encoding="utf-8")
    file.write_text("text,category\n" + cases, encoding="utf-8")
    done = CliRunner().invoke(build(), ["evaluate", "levels", "--tree", str(tree), "--cases", str(file), *more])
    return done.exit_code, done.output


def test_the_command_prints_each_level_and_the_curve(tmp_path: Path) -> None:
    code, said = _levels(tmp_path, "学位不够，孩子报不上名,教育/招生录取\n打车不打表,交通/出租车\n", "--alone")
    assert code == 0
    assert "top1_level1" in said
    assert "把握不低于 / 占比 / 正确率" in said


def test_a_category_outside_the_tree_is_named(tmp_path: Path) -> None:
    code, said = _levels(tmp_path, "学位不够,教育/不存在\n")
    assert code == 2
    assert "第 2 行的类别“教育/不存在”不在目录里" in said
