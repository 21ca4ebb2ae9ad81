"""What happens when an order is at the wrong place, or needs more time, or several units at one spot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from e2e.people import Person, dispatch_as_suggested, dispatch_to, done, follow, photo, press, row_of, step, submit
from e2e.pictures import take

Enter = Callable[..., Person]


def test_a_return_names_the_right_unit_and_an_extension_is_granted(person: Enter) -> None:
    citizen = person(phone=True)
    kept = submit(
        citizen, "清江区柳荫街道柳荫社区老旧小区3号楼外墙瓷砖脱落，楼下就是孩子上学的路，担心砸到人，请尽快查看处理。",
        place="清江区柳荫街道柳荫社区", name="贾先生", phone="13800130021", kind="求助",
    )  # fmt: skip
    dispatcher = person("paidan")
    dispatch_to(dispatcher, kept.number, "清江区城市管理局")
    wrong = person("chengban")
    form = step(wrong, kept.number, "申请退单")
    form.get_by_label("应由哪个单位办理").fill("清江区住房和城乡建设局")
    form.get_by_label("原因").select_option(index=1)
    form.get_by_label("退单理由和职责依据").fill("房屋外墙安全由住建部门监督，我局无处置职责。")
    form.get_by_role("button", name="申请退单").click()
    wrong.page.locator("#toasts").first.wait_for()
    form = step(dispatcher, kept.number, "同意退单")
    done(dispatcher, form, "同意退单")
    form = step(dispatcher, kept.number, "派单")
    if not form.get_by_label("主办单位").input_value():
        form.get_by_label("主办单位").fill("清江区住房和城乡建设局")
    done(dispatcher, form, "派单")
    dispatcher.sees("清江区住建局")
    right = person("gutinglan")
    press(right, kept.number, "签收")
    form = step(right, kept.number, "申请延期")
    form.get_by_label("原因").select_option(index=1)
    form.get_by_label("延长多少").fill("3")
    form.get_by_label("延期理由").fill("需要委托专业机构检测外墙，检测报告三个工作日后出具。")
    done(right, form, "申请延期")
    form = step(dispatcher, kept.number, "同意延期")
    done(dispatcher, form, "同意延期")
    follow(citizen, kept)
    citizen.sees("办理时间延长至")


def test_a_township_calls_units_to_one_spot(person: Enter) -> None:
    citizen = person(phone=True)
    kept = submit(
        citizen, "清江区柳荫街道柳堤社区河边的露天停车场，夜里有人倾倒建筑垃圾，运输车半夜进出，噪声和扬尘都很大。",
        place="清江区柳荫街道柳堤社区河边停车场", name="彭女士", phone="13800130022", kind="投诉",
    )  # fmt: skip
    dispatch_to(person("paidan"), kept.number, "清江区柳荫街道办事处")
    street = person("wenheming")
    press(street, kept.number, "签收")
    form = step(street, kept.number, "吹哨")
    form.get_by_label("召集哪些单位").first.fill("清江区城市管理局")
    form.get_by_label("会办时间").fill(tomorrow())
    form.get_by_label("会办地点").fill("柳堤社区河边停车场")
    form.get_by_label("召集事由").fill("夜间偷倒建筑垃圾，请城管部门到场联合执法。")
    street.everyone_can_use_it()
    done(street, form, "吹哨")
    called = person("chengban")
    page = called.go("/unit/?tab=watch")
    called.sees("夜间偷倒建筑垃圾")
    called.everyone_can_use_it()
    row = row_of(page, kept.number)
    row.get_by_role("button", name="响应：我们会到").click()
    row.get_by_text("已响应，请按时到场").wait_for()
    row.get_by_role("link", name="报到并回执").click()
    panel = page.locator("#panel-body")
    panel.get_by_label("到场处置情况").fill("已到场，查获偷倒车辆一台，立案处理。")
    panel.get_by_role("button", name="提交").click()
    page.locator("#panel").wait_for(state="hidden")
    page = street.go("/unit/?tab=watch")
    street.sees("查获偷倒车辆一台")
    row_of(page, kept.number).get_by_role("link", name="确认是否到场").click()
    page.locator("#panel-body").get_by_role("button", name="提交").click()
    page.locator("#panel").wait_for(state="hidden")
    street.go(f"/orders/{kept.number}/")
    street.sees("确认报到")


def tomorrow() -> str:
    """A moment in the future, as a field for date and time takes it."""
    at = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=1)
    return at.strftime("%Y-%m-%dT10:00")


def test_the_grid_worker_does_it_with_a_telephone(person: Enter) -> None:
    citizen = person(phone=True)
    kept = submit(
        citizen, "清江区柳荫街道柳荫社区楼道里堆了旧沙发和纸箱，挡住消防通道，老人上下楼很不方便，请帮忙清理。",
        place="清江区柳荫街道柳荫社区", name="吴奶奶", phone="13800130023", kind="求助", with_photo=True,
    )  # fmt: skip
    dispatch_to(person("paidan"), kept.number, "清江区柳荫街道办事处")
    street = person("wenheming")
    press(street, kept.number, "签收")
    form = step(street, kept.number, "转网格直办")
    form.get_by_label("网格或社区").fill("柳荫街道柳荫社区网格站")
    done(street, form, "转网格直办")
    worker = person("wangge", phone=True)
    page = worker.go("/grid/")
    worker.everyone_can_use_it()
    page.locator(f'a[href="/grid/{kept.number}/"]').click()
    worker.ready()
    worker.everyone_can_use_it()
    page.get_by_role("button", name="签收，我去办").click()
    page.get_by_label("看到了什么？").fill("三楼楼道堆放旧沙发一张、纸箱若干。")
    page.set_input_files("input[type=file]", photo())
    take(page, "grid")
    page.get_by_role("button", name="我到现场了").click()
    page.get_by_label("解决了", exact=True).check()
    page.get_by_label("怎么处理的？").fill("已与户主说明，当场清走，消防通道已畅通。")
    page.set_input_files("input[type=file]", photo(colour="#9bb0a0"))
    worker.everyone_can_use_it()
    page.get_by_role("button", name="办完，上报").click()
    worker.sees("这件已办完")
    street.go(f"/orders/{kept.number}/")
    street.sees("当场清走")


def test_two_dispatchers_at_once(person: Enter) -> None:
    citizen = person(phone=True)
    kept = submit(
        citizen, "清江区柳荫街道百花社区门口的路灯坏了五盏，晚上一片漆黑，已经有人摔倒，请尽快修好。",
        place="清江区柳荫街道百花社区门口", name="严先生", phone="13800130024", kind="求助",
    )  # fmt: skip
    one, two = person("paidan"), person("wenwenqu")
    late = step(two, kept.number, "派单")
    late.get_by_label("主办单位").fill("清江区城市管理局")
    late.get_by_label("给承办单位的话").fill("已有人摔倒，请今晚先设警示。")
    dispatch_as_suggested(one, kept.number)
    late.get_by_role("button", name="派单", exact=True).click()
    two.sees("邬明岫")
    assert "请今晚先设警示" in two.page.locator("#step-panel").inner_text() or (
        two.page.get_by_label("给承办单位的话").input_value() == "已有人摔倒，请今晚先设警示。"
    ), "what was written must not be lost"
