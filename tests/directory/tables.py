"""Every table of the database, for the tests of row security: protected, protected through another, or explained."""

from __future__ import annotations

CITIZENS_TABLES = {
    "evaluation_rating",
    "exchange_channelline",
    "exchange_mailout",
    "exchange_mailthread",
    "exchange_transfer",
    "exchange_transferitem",
    "handling_assignment",
    "handling_assistantadvice",
    "handling_attendance",
    "handling_clock",
    "handling_contractwarning",
    "handling_holding",
    "handling_incidenttold",
    "handling_jointcase",
    "handling_jointopinion",
    "handling_lesson",
    "handling_newmatter",
    "handling_order",
    "handling_orderstep",
    "handling_replymark",
    "handling_review",
    "handling_supervision",
    "handling_whistle",
    "intake_affected",
    "intake_attachment",
    "intake_call",
    "intake_callback",
    "intake_callbacktry",
    "intake_callevent",
    "intake_consultation",
    "intake_draft",
    "intake_intakedecision",
    "intake_keptelement",
    "intake_label",
    "intake_labelcase",
    "intake_recording",
    "intake_personbond",
    "intake_request",
    "intake_suggestion",
    "intake_supplement",
    "intake_talk",
    "intake_textmessage",
    "intake_textstop",
    "intake_utterance",
    "intake_voicemark",
    "intake_whisper",
}
ABOVE = {
    "handling_incident": "incident_id",
    "handling_incidentnotice": "notice_id",
    "handling_jointcase": "case_id",
    "intake_bulletin": "bulletin_id",
}
PARENTS = {
    "whistle_id": "handling_whistle",
    "transfer_id": "exchange_transfer",
    "talk_id": "intake_talk",
    "call_id": "intake_call",
    "call_back_id": "intake_callback",
}
THROUGH_ANOTHER = {
    "handling_attendance",
    "exchange_channelline",
    "exchange_mailout",
    "exchange_mailthread",
    "exchange_transferitem",
    "intake_call",
    "intake_callevent",
    "intake_draft",
    "intake_recording",
    "intake_textmessage",
    "intake_textstop",
    "intake_personbond",
    "intake_utterance",
    "intake_voicemark",
    "intake_callbacktry",
    "intake_whisper",
}
BELOW_HANDOVERS = {"exchange_handoverentry", "exchange_handoveroffer", "exchange_handoverparty"}
CITIZENS_TABLES |= {"exchange_handover", *BELOW_HANDOVERS}
THROUGH_ANOTHER |= BELOW_HANDOVERS
PARENTS |= {"handover_id": "exchange_handover"}
CITIZENS_TABLES |= {"intake_caremark"}
OF_BOARDS = {"exchange_boardentry", "exchange_boardpost"}
CITIZENS_TABLES |= OF_BOARDS
THROUGH_ANOTHER |= OF_BOARDS
OF_DISPUTES = {"exchange_dispute", "exchange_disputeentry"}
CITIZENS_TABLES |= OF_DISPUTES
THROUGH_ANOTHER |= OF_DISPUTES
CITIZENS_TABLES |= {"handling_aidcase"}
THROUGH_ANOTHER |= {"handling_aidcase"}
OF_SURVEYS = {"intake_surveycall", "intake_callstop"}
CITIZENS_TABLES |= OF_SURVEYS
THROUGH_ANOTHER |= OF_SURVEYS
LEDGER_TABLES = {"ledger_access", "ledger_checkpoint", "ledger_contractstate", "ledger_entry", "ledger_subtree"}
PUBLIC = "area catalogueitem catalogueversion category crosswalk crosswalkgap crosswalkline duty dutyversion landmark ruleset taxonomy unit".split()
OF_STAFF = "absence emergency pastpassword post proposal recoverycode signin staff".split()
OPEN_TABLES = {
    **dict.fromkeys(("auth_group", "auth_group_permissions", "auth_permission"), "Django's, unused"),
    **dict.fromkeys((f"axes_access{x}" for x in ("attempt", "attemptexpiration", "failurelog", "log")), "staff's sign-ins"),
    **dict.fromkeys((f"procrastinate_{x}" for x in ("events", "jobs", "periodic_defers", "workers")), "ids only"),
    **dict.fromkeys((f"directory_{x}" for x in PUBLIC), "public: areas, duties, categories, places, rules"),
    **dict.fromkeys((f"directory_{x}" for x in OF_STAFF), "staff and how they sign in, no citizen"),
    "directory_apitoken": "digests of partners' tokens",
    "directory_factor": "staff: sealed seeds and public keys; needed before anybody is known",
    "directory_revision": "stamps only", "handling_typeproposal": "a category or duty asked for; nobody's name",
    **dict.fromkeys(("intake_erasure", "intake_erasurecase"), "ids, counts and blind indexes of what was forgotten"),
    **dict.fromkeys(("directory_rotation", "directory_rotationpart"), "key versions, names of tables, counts"),
    **dict.fromkeys(("django_content_type", "django_migrations"), "Django's"),
    "django_session": "which requests a session may open, by number only; signed and short-lived",
    **dict.fromkeys(("exchange_partner", "exchange_oldkeys", "exchange_channelaccount", "exchange_mailbox"), "other systems; their keys are sealed"),
    "exchange_board": "message boards of other platforms; their keys are sealed",
    "intake_exchangelink": "how exchanges are connected: names, states, counts",
    "intake_textprovider": "who carries text messages; its keys are sealed",
    "intake_textwish": "numbers of requests and states in words, gone within seconds",
    "exchange_enterprise": "registered companies; who answers there is sealed",
    "exchange_enterprisedoor": "digests of links and codes of registered companies",
    "exchange_emergencyservice": "110, 119, 120, 122: names, duty telephones, seconds",
    "exchange_outboxevent": "kinds, numbers and states of orders, gone within seconds",
    **dict.fromkeys(("exchange_delivery", "exchange_received"), "ids, times, digests and outcomes of messages; bodies are sealed"),
    **dict.fromkeys(("intake_frozenset", "intake_learnedmodel", "intake_drift"), "ids, category codes, digests, figures; weights without words"),
    **dict.fromkeys(("intake_chatstate", "intake_chatday", "intake_chatcount"), "counters of questions to a chat model"),
    **dict.fromkeys(("intake_attempt", "intake_tokenuse"), "counters of wrong follow codes and of partners' calls"),
    **dict.fromkeys(("intake_seat", "intake_seatchange", "intake_frontdoor", "intake_emergencymode"), "staff at work and the city's numbers; no citizen"),
    **dict.fromkeys(("intake_seatoffer", "intake_listener", "intake_callbackask"), "ids of talks, seats and calls, times and outcomes"),
    "intake_fingerprint": "hashes only, needed to find repeats without reading",
    **dict.fromkeys(("handling_incident", "handling_incidentnotice", "handling_typeproposal", "intake_bulletin", "intake_bulletinmessage"), "what all or the directory are told; nobody's name"),
    **dict.fromkeys(("handling_words", "handling_unmarked"), "hashes of words and ids, needed to find orders"),
    **dict.fromkeys(("intake_phrase", "intake_phraseuse"), "standard phrases of the desk and counts of their use; no citizen"),
    "governance_brief": "counts of a day in sentences and what a supervisor published; nobody's words",
    "evaluation_day": "counts of ratings by day and unit", "governance_changed": "days to count again",
    **dict.fromkeys(("governance_day", "governance_slice", "handling_simulation"), "counts of past days and of drafts played on them"),
    **dict.fromkeys(("intake_importbatch", "intake_importmapping"), "file and column names, counts"),
    **dict.fromkeys(("intake_importedrow", "intake_importreject"), "keys, digests, row numbers, reasons without contents"),
}  # fmt: skip
