"""A platform of 110, 119 or 120, and a hand-over to it, for tests of both doors."""

from __future__ import annotations

from uuid import UUID

from factories import City
from minhu.directory.access import acting_as, as_system
from minhu.engines import webhooks
from minhu.exchange.models import EmergencyService, Partner
from minhu.exchange.queries.emergency import Way
from minhu.exchange.services import emergency
from minhu.exchange.services.emergency_sheet import of_order
from minhu.exchange.types import PartnerKind
from minhu.intake import services as intake
from minhu.intake.types import NewRequest
from minhu.kernel import clock

WORDS = "柳湾小区3号楼501有人打架，动了刀，血流了一地，快来人。"


def partner_of(*codes: str) -> Partner:
    with as_system():
        partner = Partner.objects.create(
            label=f"{codes[0]} 接处警平台", kind=PartnerKind.EMERGENCY.value, url="https://emergency.example.org/in",
            secret_out=webhooks.new_secret(), secret_in=webhooks.new_secret(), created_at=clock.now(), personal=True,
        )  # fmt: skip
        EmergencyService.objects.filter(code__in=codes).update(partner=partner)
        return partner


def begun(city: City, *codes: str, talk: UUID | None = None, text: str = WORDS) -> tuple[str, UUID]:
    with acting_as(city.actor("agent")):
        number = intake.receive(NewRequest(text=text, requester_phone="13812345678")).number
        sheet = of_order(number).sheet
        return number, emergency.begin(
            number, [(code, Way.THREE_PARTY) for code in codes], sheet, talk_uid=talk, key=f"k-{number}"
        )
