"""A citizen's words go all the way: number and code, dispatcher, unit, unit head, timeline, rating, figures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.people import Person, Receipt, dispatch_as_suggested, done, follow, photo, row_of, step, submit
from e2e.pictures import take

WORDS = (
    "清江区柳荫街道垂杨路农贸市场门口，每天晚上七点以后有十几个流动烧烤摊占道经营，油烟大、垃圾随地丢，"
    "一直吵到凌晨一点，盲道也被占了。我们楼上住着老人和上学的孩子，实在没法休息。"
    "请城管部门在晚上加强巡查，把摊位引导到规定的地方。"
)
REPLY = (
    "您好，您反映的垂杨路农贸市场门口流动烧烤摊占道经营的问题，我局执法人员已于当晚到现场核查，情况属实。"
    "已劝离占道摊贩11户，暂扣烧烤炉具3套，并与柳荫街道商定：每晚19时至次日1时定点值守，"
    "引导摊贩进入垂杨路西侧的规范经营区。如再发现占道，请随时反映，感谢您的监督。"
)
Enter = Callable[..., Person]


@pytest.fixture
def receipt(person: Enter) -> tuple[Person, Receipt]:
    """A citizen on a telephone, after submitting with a photo and the wish for confidentiality."""
    citizen = person(phone=True)
    page = citizen.go("/")
    citizen.everyone_can_use_it()
    take(page, "citizen")
    page.get_by_role("link", name="我要反映").first.click()
    citizen.ready()
    citizen.everyone_can_use_it()
    kept = submit(
        citizen, WORDS, place="清江区柳荫街道垂杨路农贸市场门口", name="苏女士", phone="13800136688",
        confidential=True, with_photo=True, kind="投诉",
    )  # fmt: skip
    assert len(kept.number) == 13
    assert len(kept.code) == 6
    citizen.everyone_can_use_it()
    return citizen, kept


def test_from_the_citizens_words_to_the_rating(person: Enter, receipt: tuple[Person, Receipt]) -> None:
    citizen, kept = receipt
    dispatch(person, kept.number)
    work_on_it(person, kept.number)
    approve(person, kept.number)
    rate(citizen, kept)
    see_it(person, kept.number)


def dispatch(person: Enter, number: str) -> None:
    """The dispatcher sees suggestion and reason, and confirms with one key."""
    dispatcher = person("paidan")
    page = dispatcher.page
    row = row_of(page, number)
    row.wait_for()
    assert "流动摊贩" in row.inner_text()
    assert "清江区城市管理局" in row.inner_text(), "the unit is suggested"
    assert "派单目录" in row.inner_text(), "the reason is told"
    dispatcher.everyone_can_use_it()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator("#desk-panel .citizen-text").wait_for()
    take(page, "desk")
    row.get_by_role("link").first.click()
    dispatcher.sees("垂杨路农贸市场门口", where="#desk-panel")
    dispatch_as_suggested(dispatcher, number)


def work_on_it(person: Enter, number: str) -> None:
    """The unit signs, makes the first contact, replies; the citizen's name stays hidden."""
    handler = person("chengban")
    page = handler.go("/unit/?tab=to_sign")
    row = row_of(page, number)
    row.wait_for()
    handler.everyone_can_use_it()
    row.get_by_role("button", name="签收").click()
    row.wait_for(state="detached")
    page = handler.go("/unit/?tab=working")
    take(page, "unit")
    row = row_of(page, number)
    row.locator("[data-key='1']").click()
    panel = page.locator("#panel-body")
    panel.get_by_text("要求保密").first.wait_for()
    assert "苏" not in panel.inner_text(), "a confidential citizen must not be named to the unit"
    panel.get_by_label("联系结果").select_option(index=1)
    panel.get_by_label("联系情况").fill("已通过热线中心与诉求人联系，核实占道时段为每晚七点到次日一点，告知当晚处理。")
    panel.get_by_role("button", name="提交").click()
    page.locator("#panel").wait_for(state="hidden")
    order = handler.go(f"/orders/{number}/")
    handler.sees("诉求人要求保密")
    handler.everyone_can_use_it()
    help_out(person, number)
    form = step(handler, number, "主办答复")
    form.get_by_label("答复内容").fill(REPLY)
    form.get_by_label("采取的措施").fill("联合街道开展夜间整治，定点值守。")
    form.get_by_label("是否解决").select_option("yes")
    order.set_input_files("#step-panel input[type=file]", photo())
    handler.everyone_can_use_it()
    done(handler, form, "主办答复")
    handler.sees("待审核")


def help_out(person: Enter, number: str) -> None:
    """The assisting street signs and answers for its own share."""
    street = person("wenheming")
    page = street.go("/unit/?tab=to_sign")
    row = row_of(page, number)
    row.get_by_role("button", name="签收").click()
    row.wait_for(state="detached")
    form = step(street, number, "协办答复")
    form.get_by_label("答复内容").fill("街道已安排两名城管协管员每晚19时到岗，配合区城管局定点值守。")
    form.get_by_label("是否解决").select_option("yes")
    done(street, form, "协办答复")


def approve(person: Enter, number: str) -> None:
    """Another person of the unit approves; only then the citizen may read it."""
    head = person("fuzeren")
    page = head.go(f"/orders/{number}/")
    take(page, "order")
    form = step(head, number, "审核通过")
    assert "劝离占道摊贩11户" in form.get_by_label("答复内容").input_value()
    head.everyone_can_use_it()
    done(head, form, "审核通过")
    head.sees("待回访")
    head.everyone_can_use_it()


def rate(citizen: Person, kept: Receipt) -> None:
    """The citizen follows with number and code, reads the timeline and the reply, rates."""
    page = follow(citizen, kept)
    citizen.sees("劝离占道摊贩11户", "清江区城管局已签收", "办理过程")
    citizen.everyone_can_use_it()
    take(page, "progress")
    page.get_by_role("link", name="我来评价").click()
    citizen.ready()
    citizen.everyone_can_use_it()
    page.get_by_role("group", name="承办单位联系过您吗？").get_by_label("是", exact=True).check()
    page.get_by_role("group", name="问题解决了吗？").get_by_label("是", exact=True).check()
    page.get_by_role("group", name="您对办理结果满意吗？").get_by_label("满意", exact=True).check()
    page.get_by_label("还想说点什么？").fill("当天晚上就有人来管，楼下安静多了，谢谢。")
    page.get_by_role("button", name="提交评价").click()
    citizen.sees("您的评价", "楼下安静多了")


def see_it(person: Enter, number: str) -> None:
    """Supervisor and leader see it in the figures, and reach the order behind them."""
    leader = person("lingdao")
    page = leader.go("/leader/")
    page.locator("figure[data-drawn]").first.wait_for()
    leader.sees("三率")
    assert "清江区" in (page.locator("main").text_content() or ""), "every chart has its table"
    leader.everyone_can_use_it()
    take(page, "leader")
    page.locator(".figures a").first.click()
    leader.ready()
    leader.sees("工单查询")
    supervisor = person("duban")
    supervisor.go("/supervision/")
    supervisor.everyone_can_use_it()
    take(supervisor.page, "supervision")
    supervisor.go(f"/orders/{number}/")
    supervisor.sees("劝离占道摊贩11户")
