"""nginx before two web processes, two streams, two workers and one database, set up as docs/operate/processes.md says.

Played with MINHU_FAULTS=ci, where nginx is installed (`.ci/run` installs it and demands it).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from PIL import Image
from tests.faults import nginx
from tests.faults.house import Citizens, Cluster, Part, losses
from tests.faults.nginx import HOST, Nginx
from tests.server.test_running_house import free_port, minhu, own_environment

from homes import migrated
from minhu.server.config import Config

TESTS = Path(__file__).resolve().parents[1]
FAULTS = os.environ.get("MINHU_FAULTS", "")
DEMANDED = os.environ.get("MINHU_REQUIRE_NGINX") == "1"
pytestmark = [
    pytest.mark.skipif(not FAULTS, reason="minutes of nginx: MINHU_FAULTS=ci, which .ci/run sets"),
    pytest.mark.skipif(not shutil.which("nginx") and not DEMANDED, reason="no nginx on this machine"),
]
ROUNDS = 5 if FAULTS == "bench" else 1
"""How often each of the two webs falls."""
SECRET = "Xiaoxi-7788-liu"
FORWARDED = {"Host": HOST, "X-Forwarded-Proto": "https"}
PREPARE = f"""
from minhu.server.bootstrap import setup
setup()
from django.db import transaction
from minhu.directory.access import as_system
from minhu.directory.services.tokens import issue_token
from factories import make_city
with transaction.atomic(), as_system():
    staff = make_city().staff["dispatcher"]
    staff.set_password("{SECRET}")
    staff.save()
    print(issue_token("nginx", ["requests:write"], per_minute=1_000_000))
"""
ATTEMPTS = """
from minhu.server.bootstrap import setup
setup()
import json
from axes.models import AccessAttempt
print(json.dumps(sorted(AccessAttempt.objects.values_list("ip_address", flat=True))))
"""


@dataclass
class Front:
    """The cluster and both ways of standing nginx before it."""

    cluster: Cluster
    streams: list[Part]
    several: Nginx
    one: Nginx


@pytest.fixture(scope="module")
def front(new_home: Callable[[], Path]) -> Iterator[Front]:
    home = migrated(new_home())
    environment = own_environment(
        home, MINHU_WORKER="none", MINHU_LOG_LEVEL="ERROR", MINHU_HTTPS="1", MINHU_PROXIES="1", MINHU_HOSTS=HOST,
        MINHU_SECOND_FACTOR="optional",
    )  # fmt: skip
    made = subprocess.run(
        [sys.executable, "-c", PREPARE], capture_output=True, text=True, check=False,
        env={**environment, "PYTHONPATH": f"{environment['PYTHONPATH']}{os.pathsep}{TESTS}"},
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    webs, streams = (
        [
            Part(
                ["serve", "--layout", layout, "--workers", "1", "--listen", f"127.0.0.1:{port}"],
                environment, home / f"{layout}-{port}.log", port, headers=FORWARDED,
            )
            for port in (free_port(), free_port())
        ]
        for layout in ("wsgi", "streams")
    )  # fmt: skip
    workers = [Part(["worker"], environment, home / f"worker-{number}.log") for number in (1, 2)]
    cluster = Cluster(home, webs, workers, made.stdout.strip().splitlines()[-1])
    for part in (*webs, *streams, *workers):
        part.start()
    for part in (*webs, *streams):
        part.ready()
    single, double = nginx.configurations()
    several = nginx.start(
        home / "several", double,
        {
            f"10.0.0.1{machine}:{documented}": f"127.0.0.1:{parts[machine - 1].port}"
            for machine in (1, 2)
            for documented, parts in ((8712, webs), (8713, streams))
        },
    )  # fmt: skip
    one = nginx.start(
        home / "one", single,
        {"127.0.0.1:8712": f"127.0.0.1:{webs[0].port}", "127.0.0.1:8713": f"127.0.0.1:{streams[0].port}"},
    )  # fmt: skip
    yield Front(cluster, streams, several, one)
    several.close()
    one.close()
    for part in streams:
        part.kill()
    cluster.close()


def sign_in(client: httpx.Client, secret: str = SECRET, **headers: str) -> httpx.Response:
    """Through the real page, with its token, as a browser does."""
    page = client.get("/login/")
    assert page.status_code == 200, page.headers
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token, page.text[:500]
    form = {"username": "dispatcher", "password": secret, "csrfmiddlewaretoken": token[1]}
    return client.post("/login/", data=form, headers={"Referer": f"https://{HOST}/login/", **headers})


@pytest.mark.parametrize("how", ["several", "one"])
def test_a_person_works_behind_it(front: Front, how: str) -> None:
    with getattr(front, how).client(cookies={}) as client:
        answer = sign_in(client)
        assert answer.status_code == 302, answer.text
        cookies = answer.headers.get_list("set-cookie")
        assert cookies
        assert all("Secure" in cookie for cookie in cookies if "minhu_session" in cookie)
        assert client.get("/orders/").status_code == 200
        began = time.monotonic()
        with client.stream("GET", "/events/", headers={"Accept": "text/event-stream"}) as stream:
            assert stream.status_code == 200
            first = next(stream.iter_text())
        assert "retry:" in first
        assert time.monotonic() - began < 10, "the stream was held back until its heartbeat"


def test_plain_addresses_lead_to_tls(front: Front) -> None:
    answer = httpx.get(f"{front.several.plain}/orders/?page=2", headers={"Host": HOST})
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://{HOST}/orders/?page=2")


def test_what_a_caller_says_about_himself_is_not_believed(front: Front) -> None:
    """The client comes from 127.0.0.5: that address is counted, not nginx's and not the one it invents."""
    way = httpx.HTTPTransport(verify=front.several.trust, local_address="127.0.0.5")
    lies = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"}
    with httpx.Client(base_url=front.several.base, headers={"Host": HOST}, transport=way, timeout=30) as client:
        assert client.get("/healthz", headers=lies).status_code == 200, "no redirect to TLS: proto is nginx's word"
        refused = sign_in(client, "falsch", **lies)
        assert refused.status_code in {200, 401, 403}
        assert "evil.example" not in refused.text
        assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400
    done = subprocess.run(
        [sys.executable, "-c", ATTEMPTS], env=own_environment(front.cluster.home), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert json.loads(done.stdout.strip().splitlines()[-1]) == ["127.0.0.5"], done.stderr


def test_without_the_proxy_the_ports_answer_nobody_in_plain_text(front: Front) -> None:
    port = front.cluster.webs[0].port
    assert httpx.get(f"http://127.0.0.1:{port}/login/", headers={"Host": HOST}).status_code == 301
    assert httpx.get(f"http://127.0.0.1:{port}/login/", headers={"X-Forwarded-Proto": "https"}).status_code == 400


@pytest.mark.parametrize("path", ["/api/v1/requests", "/login/"])
def test_what_is_larger_than_the_limit_is_refused_with_a_sentence(front: Front, path: str) -> None:
    limit = Config.read({}).upload_mb
    with front.several.client() as client:
        headers = {"Authorization": f"Bearer {front.cluster.token}", "Content-Type": "application/octet-stream"}
        answer = client.post(path, content=b"x" * (limit * 1024 * 1024 + 1), headers=headers)
        assert answer.status_code == 413
        assert answer.text == f"上传内容超过 {limit} MB，请压缩或分次上传。"
        lawful = client.post(path, content=b"x" * (limit * 1024 * 1024), headers=headers)
        assert lawful.status_code in {401, 403, 413, 415, 422}, "the house judges what nginx lets through"


def test_an_upload_that_is_refused_learns_why(front: Front) -> None:
    """The answer is there before the words are: closing then would be 'bad gateway' for whoever sent them."""
    with front.several.client() as client:
        for _ in range(6):
            answer = client.post(
                "/api/v1/requests", content=b"x" * 20_000_000, headers={"Authorization": "Bearer mh_none"}
            )
            assert answer.status_code == 401, answer.text


def test_a_photograph_arrives(front: Front) -> None:
    photograph = io.BytesIO()
    Image.frombytes("RGB", (1000, 1000), os.urandom(3_000_000)).save(photograph, "PNG")
    headers = {"Authorization": f"Bearer {front.cluster.token}", "Idempotency-Key": "photograph"}
    with front.several.client() as client:
        answer = client.post(
            "/api/v1/requests", headers=headers, files={"files": ("lamp.png", photograph.getvalue(), "image/png")},
            data={"request": json.dumps({"title": "路灯不亮", "text": "柳湾路三号门前的路灯坏了，见照片。"})},
        )  # fmt: skip
    assert answer.status_code == 201, answer.text


def test_a_long_answer_comes_whole(front: Front) -> None:
    made = Path(front.cluster.home / "static")
    largest = max(
        (path for path in made.rglob("*") if path.suffix in {".js", ".css"}), key=lambda path: path.stat().st_size
    )
    with front.several.client() as client:
        answer = client.get(f"/static/{largest.relative_to(made).as_posix()}", headers={"Accept-Encoding": "identity"})
    assert largest.stat().st_size > 64 * 1024, "larger than all buffers of nginx together"
    assert hashlib.sha256(answer.content).digest() == hashlib.sha256(largest.read_bytes()).digest()


def test_any_web_may_fall_while_citizens_submit_and_readers_notice_nothing(front: Front) -> None:
    cluster = front.cluster
    cluster.webs[0].headers = FORWARDED
    bad: list[int] = []
    with Citizens(cluster, front=front.several.base, verify=front.several.trust) as citizens:
        for turn in (0, 1) * ROUNDS:
            before = len(citizens.acknowledged)
            cluster.webs[turn].kill()
            cluster.workers[turn].kill()
            with front.several.client() as reader:
                for _ in range(25):
                    bad += [code for code in [reader.get("/readyz").status_code] if code != 200]
                    time.sleep(0.05)
            end = time.monotonic() + 30
            while len(citizens.acknowledged) <= before + 2 and time.monotonic() < end:
                time.sleep(0.1)
            assert len(citizens.acknowledged) > before + 2, "with one web away nobody could submit"
            cluster.webs[turn].start()
            cluster.workers[turn].start()
            cluster.webs[turn].ready()
    assert bad == [], (front.several.folder / "error.log").read_text(errors="replace")[-4000:]
    assert citizens.wrong == []
    found = losses(cluster, citizens)
    assert not any(found.values()), found
    verified = minhu(cluster.home, "ledger", "verify", "--quiet")
    assert verified.returncode == 0, verified.stdout
