"""The commands by which a city begins: areas, rules, the first accounts; and the demonstration city's base."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from minhu.directory.models import Area, CatalogueVersion, Post, RuleSet, Staff, Unit
from minhu.directory.queries import categories, dispatch, rules
from minhu.directory.services import accounts
from minhu.server import cli
from minhu.server.demo import load as city
from minhu.server.demo.load import load_base

pytestmark = pytest.mark.django_db
NATION = [
    {
        "code": "97",
        "name": "甲省",
        "children": [
            {"code": "9701", "name": "甲市", "children": [{"code": "970101", "name": "甲区", "children": []}]},
        ],
    }
]


def minhu(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path, stdin: str = "") -> int:
    """Run the command as a shell would; returns its exit code."""
    import io

    monkeypatch.setattr(sys, "argv", ["minhu", *map(str, arguments)])
    monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_a_city_loads_its_areas_and_reads_the_figures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "areas.json"
    path.write_text(json.dumps(NATION), encoding="utf-8")
    assert minhu(monkeypatch, "areas", "load", path, "--city", "970100") == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["rows"], last["created"]) == (3, 3)
    assert minhu(monkeypatch, "areas", "load", path, "--city", "9701") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["unchanged"] == 3
    assert minhu(monkeypatch, "areas", "list", "9701") == 0
    assert "甲区" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "city"), [("areas.json", "9999"), ("areas.json", "97"), ("nowhere.json", "9701")])
def test_a_wrong_file_or_city_is_one_line_and_exit_2(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, city: str
) -> None:
    (tmp_path / "areas.json").write_text(json.dumps(NATION), encoding="utf-8")
    assert minhu(monkeypatch, "areas", "load", tmp_path / name, "--city", city) == 2
    told = capsys.readouterr().err.strip()
    assert told.startswith("minhu: ")
    assert "\n" not in told
    assert not Area.objects.exists()


def test_a_city_brings_its_own_tables_as_its_spreadsheet_saved_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = {
        "areas": "code,name,level,parent,aliases,valid_from,latitude\n96,丙省,1,,,,\n9601,丙市,2,96,丙城、老丙,2020-01-01,30.5\n",
        "landmarks": "name,kind,area,latitude,longitude\n丙湖公园,park,9601,30.1,110.2\n",
        "units": "code,name,kind,parent,area,active\nG,丙市政府,bureau,,9601,\nS,丙市水务局,bureau,G,9601,是\nO,丙市旧局,bureau,G,9601,否\n",
        "categories": "code,name,parent,keywords,active\n01,供水,,,\n0101,停水,01,停水;没水,\n0102,旧类,01,,否\n",
        "catalogue": "category,lead,assist,basis\n01,unit:S,unit:G,职责清单\n",
        "staff": "username,name,unit\njia,甲,S\n",
    }
    for kind, text in tables.items():
        path = tmp_path / f"{kind}.csv"
        path.write_bytes(text.encode("gb18030" if kind == "units" else "utf-8-sig"))
        assert minhu(monkeypatch, "load-directory", kind, path) == 0, capsys.readouterr().err
    target = dispatch.resolve(categories.category_by_code("0101").id, "9601")  # type: ignore[union-attr]
    assert target is not None
    assert (target.lead_unit_name, target.assist_unit_names) == ("丙市水务局", ("丙市政府",))
    assert [leaf.name for leaf in categories.index()] == ["停水"]
    assert not Unit.objects.get(code="O").active
    (tmp_path / "bad.csv").write_text("name,area,latitude\n丙山,9601,north\n", encoding="utf-8")
    assert minhu(monkeypatch, "load-directory", "landmarks", tmp_path / "bad.csv") == 2
    assert "经纬度" in capsys.readouterr().err
    assert minhu(monkeypatch, "load-directory", "weather", tmp_path / "bad.csv") == 2
    (tmp_path / "bad.csv").write_bytes(b"\xff\xff\xff")
    assert minhu(monkeypatch, "load-directory", "units", tmp_path / "bad.csv") == 2


def test_rules_go_out_to_a_file_and_come_back_as_a_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "deadlines.json"
    assert minhu(monkeypatch, "rules", "export", "deadlines", path) == 0
    content = json.loads(path.read_text(encoding="utf-8"))
    content["returns_before_arbitration"] = 3
    path.write_text(json.dumps(content), encoding="utf-8")
    assert minhu(monkeypatch, "rules", "import", "deadlines", path, "--note", "试行") == 0
    assert rules.deadline_rules().returns_before_arbitration == 3
    assert minhu(monkeypatch, "rules", "import", "deadlines", path) == 0
    assert RuleSet.objects.count() == 1
    assert minhu(monkeypatch, "rules", "list") == 0
    assert "deadlines\t1" in capsys.readouterr().out
    content["lines"][0]["amount"] = 0
    path.write_text(json.dumps(content), encoding="utf-8")
    assert minhu(monkeypatch, "rules", "import", "deadlines", path) == 2
    assert "lines[1].amount" in capsys.readouterr().err
    assert minhu(monkeypatch, "rules", "export", "etiquette", path) == 2


def test_the_first_accounts_are_made_on_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Unit.objects.create(code="HX", name="热线中心", kind="hotline_centre")
    add = ("staff", "add", "anquan", "安全员", "--unit", "HX", "--role", "security_admin")
    assert minhu(monkeypatch, *add, stdin="short\n") == 2
    assert not Staff.objects.exists()
    assert minhu(monkeypatch, *add, stdin="correct-horse-7-battery\n") == 0
    person = accounts.staff_by_username("anquan")
    assert person.must_change_password
    assert person.check_password("correct-horse-7-battery")
    assert minhu(monkeypatch, "staff", "passwd", "anquan", stdin="another-Long-secret-9\n") == 0
    assert accounts.staff_by_username("anquan").check_password("another-Long-secret-9")
    assert minhu(monkeypatch, "staff", "post", "anquan", "HX", "system_admin") == 2
    assert "不同的人" in capsys.readouterr().err
    assert minhu(monkeypatch, "staff", "close", "anquan") == 0
    assert not accounts.staff_by_username("anquan").is_active
    for wrong in (("staff", "add", "x1", "某人", "--role", "agent"), ("staff", "post", "nobody", "HX", "agent"),
                  ("staff", "add", "x1", "某人", "--unit", "NOBODY", "--role", "agent"),
                  ("staff", "post", "anquan", "NOBODY", "agent"), ("tokens", "revoke", "甲")):  # fmt: skip
        assert minhu(monkeypatch, *wrong, stdin="correct-horse-7-battery\n") == 2


def test_a_partners_token_is_printed_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert minhu(monkeypatch, "tokens", "issue", "市政务平台", "--scope", "requests:write") == 0
    assert capsys.readouterr().out.strip().startswith("mh_")
    assert minhu(monkeypatch, "tokens", "revoke", "市政务平台") == 0


def test_the_demonstration_city_loads_whole_and_only_once() -> None:
    first = load_base()
    assert all(report.created == report.rows > 0 for report in first.values())
    again = load_base()
    assert all(report.unchanged == report.rows for report in again.values())
    assert CatalogueVersion.objects.count() == 1
    levels = Counter(Area.objects.values_list("level", flat=True))
    assert set(levels) == {1, 2, 3, 4, 5, 6}
    assert Unit.objects.count() >= 40
    assert Staff.objects.count() >= 60
    roles = set(Post.objects.values_list("role", flat=True))
    assert roles >= {
        "agent", "dispatcher", "unit_handler", "unit_head", "grid_worker", "supervisor", "inspector", "analyst",
        "leader", "system_admin", "security_admin", "audit_admin",
    }  # fmt: skip
    depth = Counter(len(leaf.path) for leaf in categories.index())
    assert set(depth) == {3, 4, 5}
    assert sum(depth.values()) >= 200
    assert rules.deadline_rules().line_for("handle", deadline_key="heating").basis.startswith("云溪市")


@pytest.mark.django_db(transaction=True)
def test_scenes_of_the_city_are_played_in_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """They act as people, whose rights live in a transaction; the command, unlike a test, has opened none."""
    played = []
    for name in [one for one in vars(city) if one.startswith("load_") and one != "load_base"]:
        monkeypatch.setattr(city, name, lambda **_: None)
    for scene in ("emergencies", "care", "enterprises", "briefs"):
        monkeypatch.setattr(city, f"load_{scene}", lambda: played.append(connection.in_atomic_block))
    monkeypatch.setattr(city, "ensure_base", lambda: None)
    city.load()
    assert played == [True] * 4


def test_every_matter_of_the_demonstration_city_finds_a_unit_in_every_street() -> None:
    load_base()
    streets = Area.objects.filter(level=4, valid_to__isnull=True).values_list("code", flat=True)
    lost = [
        (leaf.code, street, said.reason)
        for leaf in categories.current().leaves
        for street in streets
        if (said := dispatch.explain(leaf.id, street, "complaint")).target is None
    ]
    assert lost == []
