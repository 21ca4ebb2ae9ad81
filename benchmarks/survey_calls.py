"""Surveys by telephone, played whole: `python benchmarks/survey_calls.py --surveys 12`.

Starts a house with the fictional city, a small Asterisk (`minhu simulate-calls --callable`) whose people answer by the last
digits of their number, and an endpoint that hears and speaks. Surveys are owed for orders that wait for their citizen's word
and placed from here, whatever the hour (the house itself keeps its quiet hours). The last line is JSON: how they ended,
seconds from the end of a person's words to the first sound of the answer. Ends with 1 if a survey that was answered is lost.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter

from calls import _free_port, _ready
from parts.own_home import a_home

KEY = "rehearsal"


def main() -> int:
    """Start all of it, place the surveys, tell how they ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--surveys", type=int, default=12)
    parser.add_argument("--for", dest="lasts", type=float, default=150.0, help="seconds after which all is ended")
    parser.add_argument("--ear-seconds", type=float, default=0.3)
    parser.add_argument("--home", help="keep the house in this folder")
    given = parser.parse_args()
    port, ear, ari = _free_port(), _free_port(), _free_port()
    speech = f"http://127.0.0.1:{ear}/v1"
    wanted = {
        "MINHU_SPEECH_URL": speech, "MINHU_SPEECH_MODEL": "rehearsal", "MINHU_SPEECH_OUT": "remote", "MINHU_SPEECH_SECONDS": "10",
        "MINHU_SPEECH_OUT_URL": speech, "MINHU_SPEECH_OUT_MODEL": "rehearsal", "MINHU_EXCHANGE_KEY": KEY,
        "MINHU_EXCHANGE_URL": f"ari://minhu@127.0.0.1:{ari}", "MINHU_EXCHANGE_DIAL": "PJSIP/{number}@trunk",
        "MINHU_EXCHANGE_SURVEYS": "all", "MINHU_EXCHANGE_NAME": "rehearsal",
    }  # fmt: skip
    with a_home(given.home, "minhu-surveys-", **wanted):
        from django.db import transaction

        from minhu.directory.access import as_system
        from minhu.directory.services.tokens import issue_token

        city = [sys.executable, "-m", "minhu", "simulate", "--days", "14", "--rate", "40"]
        subprocess.run(city, check=True, stdout=subprocess.DEVNULL)
        with transaction.atomic(), as_system():
            token = issue_token("rehearsal", ["telephone"])
        house = subprocess.Popen([sys.executable, "-m", "minhu", "serve", "--listen", f"127.0.0.1:{port}"])
        exchange = subprocess.Popen(
            [sys.executable, "-m", "minhu", "simulate-calls", "--url", f"ws://127.0.0.1:{port}", "--callable", str(ari),
             "--callable-key", KEY, "--ear", str(ear), "--ear-seconds", str(given.ear_seconds), "--for", str(given.lasts)],
            env={**os.environ, "MINHU_TOKEN": token}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            _ready(port)
            found, lost = _surveyed(given.surveys, time.monotonic() + given.lasts - 5)
            told, _ = exchange.communicate()
            print(json.dumps(found | {"exchange": json.loads(told.splitlines()[-1])}, ensure_ascii=False))
        finally:
            exchange.kill()
            house.terminate()
            house.wait(30)
    return int(lost)


def _surveyed(count: int, until: float) -> tuple[dict[str, object], bool]:
    """Owe and place them; how they stand in the end, and whether any that was answered is still said to be called."""
    from django.db import transaction
    from django.utils import timezone

    from minhu.directory.access import as_system
    from minhu.intake.models import Request, SurveyCall
    from minhu.intake.queries.exchange_links import links
    from minhu.intake.services import opinions, survey_calls

    vars(survey_calls)["quiet"] = lambda _moment: False  # measured at whatever hour
    with transaction.atomic(), as_system():
        asked = [
            row
            for row in Request.objects.filter(confidential=False).order_by("-id")[:4000]
            if row.requester_phone and opinions.still_asked(row.pk)
        ][:count]
        for row in asked:
            survey_calls.owe(row, f"rehearsal-{row.number}")
        SurveyCall.objects.update(next_at=timezone.now())
    while not any(one.state.value == "connected" for one in links()) and time.monotonic() < until:
        time.sleep(0.2)
    placed = 0
    while time.monotonic() < until:
        placed += survey_calls.tick()
        with transaction.atomic(), as_system():
            open_ones = SurveyCall.objects.filter(state="calling").count()
            due = SurveyCall.objects.filter(state="waiting", tries=0).count()
        if not open_ones and not due:
            break
        time.sleep(0.5)
    with transaction.atomic(), as_system():
        rows = list(SurveyCall.objects.values_list("state", "ended_as", "last"))
    ends = Counter(end or f"again after {last}" for _state, end, last in rows)
    (link,) = links()
    found = {
        "owed": len(rows),
        "placed": placed,
        "ends": dict(ends),
        "link": {"events": link.events, "unread": link.unread, "breaks": link.breaks},
    }
    return found, any(state == "calling" for state, _end, _last in rows)


if __name__ == "__main__":
    sys.exit(main())
