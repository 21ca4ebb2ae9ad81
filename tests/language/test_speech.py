"""A caller who speaks his own dialect or language must be understood or passed on, and his words stay as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minhu.language import measures
from minhu.language.plain import normalise
from minhu.language.speech import DIALECT_LABELS, lexicon, recognise, simplified
from minhu.language.understanding import understand


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("我屋企冇水已经两日喇，唔该快啲搵人嚟睇下", "yue"),
        ("嗰個人攞住把刀喺樓下，好驚呀", "yue"),
        ("这哈楼梯间啥子灯都莫得，咋个走嘛", "sichuan"),
        ("物业贼拉不讲理，咋整啊", "dongbei"),
        ("阿拉小区垃圾勿分类，臭煞脱了", "wu"),
        ("俺家屋里漏水了，弄啥嘞也没人管", "henan"),
        ("小区路灯坏了，晚上看不见路", ""),
        ("請問居住證到期怎麼續簽", ""),
    ],
)
def test_dialects_are_told_apart(text: str, dialect: str) -> None:
    assert recognise(text).dialect == dialect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Please help, there is no water in my building", "en"),
        ("水が出ません、助けてください", "ja"),
        ("우리 집에 물이 안 나와요", "ko"),
        ("У нас нет воды", "ru"),
        ("ئۆيۈمدە سۇ توختاپ قالدى", "ug"),
        ("المياه مقطوعة منذ يومين", "ar"),
        ("ཆུ་མི་འདུག", "bo"),
        ("ᠤᠰᠤ ᠦᠭᠡᠢ", "mn"),
        ("Манайд өнөөдөр ус алга байна", "mn"),
        ("Nhà tôi mất nước hai ngày rồi", "vi"),
        ("น้ำไม่ไหล", "th"),
        ("我的wifi坏了，KTV扰民", "zh"),
        ("A2区 5G 基站", "zh"),
        ("", "zh"),
    ],
)
def test_languages_are_recognised(text: str, language: str) -> None:
    assert recognise(text).language == language


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("佢喺屋企", "他在家里"),
        ("我冇钱", "我没有钱"),
        ("我食咗饭", "我吃了饭"),
        ("佢高过我", "他比我高"),
        ("呢啲係我嘅", "这些是我的"),
        ("佢哋做紧嘢", "他们正在做东西"),
    ],
)
def test_cantonese_becomes_mandarin(said: str, meant: str) -> None:
    assert normalise(said, recognise(said)).text.startswith(meant[:2])
    assert measures.chrf([normalise(said, recognise(said)).text], [meant]) > measures.chrf([said], [meant])


def test_spans_point_into_the_original_words() -> None:
    said = "唔該快啲嚟救人，阿嫲喺屋企晕低咗，叫佢都冇反应"
    plain = normalise(said, recognise(said))
    assert "没有反应" in plain.text
    at = plain.text.index("没有反应")
    start, end = plain.original((at, at + 4))
    assert "冇反应" in said[start:end]
    found = understand(said)
    assert found.urgency.life_danger
    assert all(0 <= a < b <= len(said) for a, b in found.urgency.spans)


@given(st.text(alphabet="佢喺屋企冇水啲嘢先食紧咗過高，。呢個頭髮abc 係", max_size=60))
def test_every_character_knows_where_it_came_from(text: str) -> None:
    plain = normalise(text, recognise(text))
    assert len(plain.text) == len(plain.begins) == len(plain.ends)
    assert all(0 <= a < b <= len(text) for a, b in zip(plain.begins, plain.ends, strict=True))


def test_simplifying_keeps_places() -> None:
    for text in ("頭髮乾淨", "裏面著火了", "皇后大道後面𨋢"):
        assert len(simplified(text)) == len(text)


def test_the_lexicon_is_large_and_knows_its_regions() -> None:
    words = [word for group in lexicon().values() for word in group]
    assert {word.region for word in words} == set(DIALECT_LABELS)
    assert sum(word.region != "yue" for word in words) >= 500
    assert all(word.word and word.sign in (0, 1, 2) for word in words)
