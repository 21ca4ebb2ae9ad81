"""A city with its own tree learns from its own cases how far the software may go alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chat_fake import chat_fake, means
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


def test_with_embeddings_the_house_s_vectors_take_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with chat_fake() as fake:
        fake.behaviours = [means([("出租车", "宰客"), ("招生录取", "没书念")])]
        monkeypatch.setenv("MINHU_EMBEDDING_URL", fake.url)
        monkeypatch.setenv("MINHU_EMBEDDING_MODEL", "fake-e")
        cases = "机场外面宰客，绕路四十公里,交通/出租车\n邻居家小的没书念,教育/招生录取\n"
        code, said = _levels(tmp_path, cases, "--alone", "--embeddings")
        assert code == 0
        assert '"top1_level2": 1.0' in said
        assert "fake-e" in said
        assert '"top1_level2": 1.0' not in _levels(tmp_path, cases, "--alone")[1]


def test_without_an_embedder_the_command_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINHU_EMBEDDING", "none")
    code, said = _levels(tmp_path, "打车不打表,交通/出租车\n", "--embeddings")
    assert code == 2
    assert "MINHU_EMBEDDING" in said


def test_a_category_outside_the_tree_is_named(tmp_path: Path) -> None:
    code, said = _levels(tmp_path, "学位不够,教育/不存在\n")
    assert code == 2
    assert "第 2 行的类别“教育/不存在”不在目录里" in said


def test_a_crosswalk_is_judged_and_written_for_confirmation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target, truth = tmp_path / "from.csv", tmp_path / "to.csv", tmp_path / "truth.csv"
    source.write_text("path\n环卫/公共厕所不洁\n航天/火箭回收\n", encoding="utf-8")
    target.write_text("path,keywords\n市容/公厕脏乱,公厕;厕所\n供水/停水爆管,停水\n", encoding="utf-8")
    truth.write_text("from,to\n环卫/公共厕所不洁,市容/公厕脏乱\n航天/火箭回收,\n", encoding="utf-8")
    words = ["evaluate", "crosswalk", "--from", source, "--to", target, "--truth", truth, "--out", tmp_path / "out.csv"]
    done = CliRunner().invoke(build(), [str(word) for word in words])
    assert done.exit_code == 0, done.output
    assert '"top1": 1.0' in done.output
    with chat_fake() as fake:
        fake.behaviours = [means([("厕",), ("水", "火箭")])]
        monkeypatch.setenv("MINHU_EMBEDDING_URL", fake.url)
        monkeypatch.setenv("MINHU_EMBEDDING_MODEL", "fake-e")
        done = CliRunner().invoke(build(), [*(str(word) for word in words), "--embeddings"])
        assert done.exit_code == 0, done.output
        assert '"top1": 0.5' in done.output  # these vectors say that rockets are water
    assert "环卫/公共厕所不洁,市容/公厕脏乱" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    truth.write_text("from,to\n环卫/公共厕所不洁,市容/别的\n", encoding="utf-8")
    done = CliRunner().invoke(build(), [str(word) for word in words])
    assert done.exit_code == 2
    assert "市容/别的" in done.output


def test_a_category_left_out_is_stranger_than_the_learnt_ones(tmp_path: Path) -> None:
    words = {
        "供水": ("自来水停水", "水压太低", "水管爆裂"),
        "噪声": ("广场舞太响", "夜间施工吵", "装修噪音大"),
        "工资": ("拖欠工资", "克扣加班费", "不发工钱"),
    }
    places = ("幸福小区", "东湖花园", "人民路", "南门菜场", "三号楼", "学校门口", "北站", "西苑")
    rows = [f"{place},{what}请处理,{label}" for label, said in words.items() for what in said for place in places]
    asked = [f"新村,{what}怎么办,{label}" for label, said in words.items() for what in said]
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text("title,body,category\n" + "\n".join(rows), encoding="utf-8")
    test.write_text("title,body,category\n" + "\n".join(asked), encoding="utf-8")
    done = CliRunner().invoke(build(), ["evaluate", "new-types", "--train", str(train), "--test", str(test)])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output.strip().splitlines()[-1])["auroc"] > 0.8
