"""A small town, loaded through the services: two districts, three streets, one of them with a community and a grid."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

AREAS: list[dict[str, Any]] = [
    {"code": "98", "name": "试验省", "level": 1, "parent": None},
    {"code": "9801", "name": "试验市", "level": 2, "parent": "98", "aliases": ["全市"]},
    {"code": "980101", "name": "东区", "level": 3, "parent": "9801"},
    {"code": "980102", "name": "西区", "level": 3, "parent": "9801"},
    {"code": "980101001", "name": "柳湾街道", "level": 4, "parent": "980101", "aliases": ["柳湾"]},
    {"code": "980101002", "name": "桥头街道", "level": 4, "parent": "980101"},
    {"code": "980102001", "name": "石岭镇", "level": 4, "parent": "980102"},
    {"code": "980101001001", "name": "湖滨社区", "level": 5, "parent": "980101001"},
    {"code": "980101001001G1", "name": "湖滨第一网格", "level": 6, "parent": "980101001001"},
]
UNITS: list[dict[str, Any]] = [
    {"code": "GOV", "name": "试验市人民政府", "kind": "bureau", "area": "9801"},
    {"code": "HX", "name": "试验市热线中心", "parent": "GOV", "kind": "hotline_centre", "area": "9801"},
    {"code": "CG", "name": "试验市城市管理局", "parent": "GOV", "kind": "bureau", "area": "9801"},
    {"code": "SL", "name": "试验市水利局", "parent": "GOV", "kind": "bureau", "area": "9801"},
    {"code": "CG-E", "name": "东区城市管理局", "parent": "CG", "kind": "branch", "area": "980101", "bureau": "CG"},
    {"code": "ST1", "name": "柳湾街道办事处", "parent": "GOV", "kind": "street", "area": "980101001"},
    {"code": "ST2", "name": "桥头街道办事处", "parent": "GOV", "kind": "street", "area": "980101002"},
    {"code": "CM1", "name": "湖滨社区居委会", "parent": "ST1", "kind": "community", "area": "980101001001"},
    {"code": "GR1", "name": "湖滨第一网格站", "parent": "CM1", "kind": "grid", "area": "980101001001G1"},
]
CATEGORIES: list[dict[str, Any]] = [
    {"code": "01", "name": "城市管理", "parent": None},
    {"code": "0101", "name": "市容环境", "parent": "01"},
    {"code": "010101", "name": "占道经营", "parent": "0101", "keywords": ["摆摊", "占道"]},
    {"code": "010102", "name": "垃圾清运", "parent": "0101"},
    {"code": "01010201", "name": "楼道堆物", "parent": "010102"},
    {"code": "0102", "name": "供水", "parent": "01"},
    {"code": "010201", "name": "停水", "parent": "0102"},
    {"code": "02", "name": "水利", "parent": None},
    {"code": "0201", "name": "河道", "parent": "02"},
    {"code": "020101", "name": "垃圾清运", "parent": "0201"},
]
CATALOGUE: list[dict[str, Any]] = [
    {"category": "01", "lead": "unit:CG", "basis": "职责清单第一条"},
    {"category": "0101", "lead": "branch:CG", "assist": ["street"], "basis": "职责清单第二条"},
    {"category": "010101", "lead": "street", "assist": ["branch:CG", "community"], "basis": "职责清单第三条"},
    {"category": "010101", "request_type": "suggestion", "lead": "unit:CG", "basis": "职责清单第四条"},
    {"category": "010101", "area": "980101002", "lead": "unit:CG-E", "basis": "职责清单第五条"},
    {"category": "01010201", "lead": "grid", "basis": "职责清单第六条", "deadline_key": "daily_life"},
]


@pytest.fixture
def town(db: None) -> None:
    """The town with published categories and catalogue."""
    from minhu.directory.services.areas import load_areas
    from minhu.directory.services.catalogue import load_catalogue
    from minhu.directory.services.taxonomy import load_categories
    from minhu.directory.services.units import load_units

    load_areas(AREAS)
    load_units(UNITS)
    load_categories(CATEGORIES)
    load_catalogue(CATALOGUE)


@pytest.fixture
def rows() -> Callable[[str], list[dict[str, Any]]]:
    """The town's data by name, free to be changed."""
    data = {"areas": AREAS, "units": UNITS, "categories": CATEGORIES, "catalogue": CATALOGUE}
    return lambda name: copy.deepcopy(data[name])
