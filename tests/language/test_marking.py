"""Words of a question marked in a text: nothing of the text is lost or changed, long texts show their best part."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from minhu.language.answers.marking import marked, unknown_words
from minhu.language.answers.question import terms_of, understand_question


def test_the_words_looked_for_are_marked_and_numbers_only_whole() -> None:
    pieces = marked("低保家庭每月减免水费12元，不是120元。", terms_of("水费12元"))
    assert pieces == (
        ("低保家庭每月减免", False),
        ("水费12元", True),
        ("，不是120", False),
        ("元", True),
        ("。", False),
    )


def test_a_long_text_is_shown_from_where_most_of_it_fits() -> None:
    text = "水价" + "甲" * 500 + "居民阶梯水价第二阶梯的价格" + "乙" * 500
    pieces = marked(text, terms_of("第二阶梯水价价格"), 100)
    assert ("阶梯水价第二阶梯", True) in pieces
    assert (pieces[0], pieces[-1]) == (("…", False), ("…", False))
    assert sum(len(words) for words, _ in pieces) == 102


@given(
    st.text("水价优惠abＡ1２.元 ，", max_size=60), st.lists(st.sampled_from(["水价", "价优", "1", "元", "ab", "优惠"]))
)
def test_the_pieces_are_the_text(text: str, terms: list[str]) -> None:
    assert "".join(words for words, _ in marked(text, terms)) == text


def test_words_that_no_paper_has_are_named_and_crossings_of_words_are_not() -> None:
    papers = "机动车停车费标准。年检由交警办理，办理时间为工作日。"

    def unknown(words: str) -> tuple[str, ...]:
        return unknown_words(understand_question(words).focus, lambda term: term in papers)

    assert unknown("停车费年检办理") == ()
    assert unknown("宠物美容停车费") == ("宠物美容",)
    assert unknown("宠物美容要多少钱") == ("宠物美容",)
    assert unknown("停车费宠物美容年检") == ("宠物美容",)
    assert unknown("ETC停车费 2031") == ("etc", "2031")
