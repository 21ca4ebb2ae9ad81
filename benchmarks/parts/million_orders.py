"""The SQL by which `lists.py` makes a city of a million orders: states, clocks, steps and ratings as a year leaves them."""

from __future__ import annotations

EVERY_TABLE = (
    "evaluation_rating", "evaluation_day", "handling_words", "handling_holding", "handling_unmarked", "handling_clock", "handling_orderstep", "handling_review",
    "handling_supervision", "handling_attendance", "handling_whistle", "handling_assignment", "handling_order",
    "governance_day", "governance_slice", "governance_changed",
    "intake_fingerprint", "intake_suggestion", "intake_intakedecision", "intake_request",
)  # fmt: skip
WITHOUT_ID = frozenset(
    {"handling_words", "handling_holding", "handling_unmarked", "intake_fingerprint", "governance_day", "governance_slice",
     "governance_changed", "evaluation_day"}
)  # fmt: skip
OUR_INDEXES = """
SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = %s::regclass AND NOT i.indisprimary AND NOT EXISTS (
  SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
"""
# r1 … r4: independent, uniform; squares of them make few categories and units frequent and most of them rare
SEED = """
CREATE TEMP TABLE seed AS
SELECT n.id, n.number, n.at, p.title, p.text, p.place, p.marks, p.bands, p.names, p.simhash,
  random() AS r1, random() AS r2, random() AS r3, random() AS r4
FROM numbers n JOIN pool p ON p.id = n.id %% {pool}
"""
PLAN = """
CREATE TEMP TABLE plan AS
SELECT s.id, s.number, s.at, s.title, s.text, s.place, s.marks, s.bands, s.names, s.simhash,
  {leaves}[1 + floor(r1 * r1 * array_length({leaves}, 1))::int] AS category_id,
  {areas}[1 + floor(r2 * array_length({areas}, 1))::int] AS area_id,
  CASE WHEN r4 < 0.04 THEN {unit} ELSE {offices}[1 + floor(r3 * r3 * array_length({offices}, 1))::int] END AS unit_id,
  (ARRAY['phone','phone','phone','web','phone','web'])[1 + (id %% 6)] AS channel,
  (ARRAY['help','help','complaint','consultation','report','suggestion'])[1 + (id / 7 %% 6)] AS request_type,
  CASE WHEN s.id > {total} - {total} * 3 / 100 THEN
    (ARRAY['received','to_dispatch','dispatched','in_progress','in_progress','in_progress','return_review',
      'extension_review','replied','to_call_back','incomplete','reopened'])[1 + (id %% 12)]
    WHEN r4 > 0.7 THEN 'answered' WHEN r3 > 0.98 THEN 'refused' WHEN s.at > now() - interval '40 days' THEN 'closed'
    ELSE 'archived' END AS state
FROM seed s
"""
REQUESTS = """
INSERT INTO intake_request (id, uid, number, code_digest, channel, received_at, title, text, request_type, place_text,
  requester_name, requester_phone, requester_phone2, requester_id_number, requester_address, phone_index,
  requester_kind, special_group, confidential, wants_callback, language, call_id, content_digest, source, unit_ids)
SELECT id, gen_random_uuid(), number, '', channel, at, title, text, request_type, %(sealed)s, %(name)s, %(phone)s,
  %(phone2)s, %(id_number)s, %(address)s, substr(decode(md5((id %% greatest({total} / 3, 1))::text), 'hex'), 1, 16),
  'person', '', false, true, 'zh', '', md5(text), '{{}}', {units}
FROM plan
"""
ORDERS = """
INSERT INTO handling_order (id, number, request_id, state, resume_state, version, created_at, changed_at, title,
  channel, request_type, category_id, area_id, place_hint, urgency, tags, sensitive, group_matter, confidential,
  lead_unit_id, unit_ids, dispatch_basis, caller_month_count, caller_year_count, place_month_count, place_year_count,
  due_at, dispatched_at, signed_at, first_contact_at, replied_at, closed_at, handled_in_time, public_reply,
  reply_approved_at, solved, return_count, transfer_count, extension_count, reopen_count, supervision_level, disputed,
  light, hops, deadline_key, close_reason, imported)
SELECT id, number, id, state, '', 6, at, at + CASE WHEN {ended} THEN interval '5 days' ELSE interval '2 hours' END,
  title, channel, request_type, category_id, area_id, left(place, 100),
  CASE WHEN id %% 200 = 0 THEN 'danger' WHEN id %% 20 = 0 THEN 'urgent' ELSE 'normal' END, '{{}}', false, false, false,
  CASE WHEN {led} THEN unit_id END, {units}, '职责目录', 1, 1, 1, 1,
  CASE WHEN {ended} THEN at + interval '5 days' ELSE now() + (id %% 200 - 20) * interval '1 hour' END,
  CASE WHEN {led} THEN at + interval '1 hour' END, CASE WHEN {led} THEN at + interval '3 hours' END,
  CASE WHEN {led} THEN at + interval '6 hours' END, CASE WHEN {replied} THEN at + interval '4 days' END,
  CASE WHEN {ended} THEN at + interval '5 days' END, CASE WHEN {replied} THEN id %% 20 > 0 END,
  CASE WHEN {replied} THEN '已办理，感谢您的反映。' ELSE '' END, CASE WHEN {replied} THEN at + interval '4 days' END,
  CASE WHEN {replied} THEN id %% 10 > 1 END, (id %% 25 = 0)::int, 1, (id %% 15 = 0)::int, (id %% 50 = 0)::int, '',
  state = 'return_review' AND id %% 3 = 0,
  CASE WHEN {ended} THEN 'off' WHEN id %% 200 < 20 THEN 'red' WHEN id %% 200 < 40 THEN 'orange' ELSE 'green' END,
  1, 'default', '', false
FROM plan
"""
SHARES = """
INSERT INTO handling_assignment (id, order_id, unit_id, role, state, hop, dispatched_at, dispatched_by, note, signed_at,
  signed_by, contact_result, replied_at, replied_by, reply, measures, solved, not_solved_reason, legal_basis, ended_at,
  desk, next_due, next_light)
SELECT id, id, unit_id, 'lead', CASE WHEN {replied} THEN 'replied' WHEN state = 'dispatched' THEN 'waiting'
  ELSE 'signed' END, 1, at + interval '1 hour', 'paidan', '', CASE WHEN state <> 'dispatched' THEN at + interval '3 hours' END,
  'chengban', '', CASE WHEN {replied} THEN at + interval '4 days' END, 'chengban', '', '', true, '', '',
  CASE WHEN {ended} THEN at + interval '5 days' END,
  CASE state WHEN 'dispatched' THEN 'to_sign' WHEN 'in_progress' THEN 'working' WHEN 'return_review' THEN 'asked'
    WHEN 'extension_review' THEN 'asked' WHEN 'replied' THEN 'to_approve' WHEN 'to_call_back' THEN 'answered' ELSE '' END,
  CASE WHEN NOT {ended} THEN now() + (id %% 200 - 20) * interval '1 hour' END, CASE WHEN {ended} THEN '' ELSE 'green' END
FROM plan WHERE {led}
"""
HOLDING = "INSERT INTO handling_holding SELECT unit_id, at, id, state FROM plan WHERE {led}"
WRONG_DESKS = "SELECT count(*) FROM handling_assignment a WHERE ended_at IS NULL AND desk <> minhu_desk_of(a)"
"""Shares that stand under another tab than the program's own triggers would have given them."""
CLOCKS = """
INSERT INTO handling_clock (id, order_id, assignment_id, kind, started_at, due_at, amount, unit, rule, explanation,
  working_hours, profile, subject, extra_unit, stopped_at, paused_for, pauses, in_time, light, next_at)
SELECT id, id, CASE WHEN {led} THEN id END, CASE WHEN {led} THEN 'handle' ELSE 'dispatch' END, at,
  CASE WHEN {ended} THEN at + interval '5 days' ELSE now() + (id %% 200 - 20) * interval '1 hour' END, 5,
  'working_days', '1:default', '5 个工作日', false, 'office', '办理', '',
  CASE WHEN {ended} THEN at + interval '4 days' END, '', '[]', CASE WHEN {ended} THEN true END, 'green', NULL
FROM plan
"""
STEPS = """
INSERT INTO handling_orderstep (order_id, version, step, from_state, to_state, at, actor_kind, actor_id, actor_name,
  actor_role, reason_code, text, public_text, changes, attachment_ids)
SELECT p.id, v, (ARRAY['dispatch', 'sign'])[v], '', p.state, p.at + v * interval '3 hours', 'staff', 'paidan', '派单员', 'dispatcher', '', '',
  '承办单位正在办理', '{{}}', '[]' FROM plan p, generate_series(1, 2) v
"""
REST = (
    (
        "INSERT INTO handling_words SELECT id, (-1 - id / 16384)::int || marks || CASE WHEN {led}"
        " THEN ARRAY[(-2147483648 + unit_id)::int] ELSE '{{}}'::int[] END FROM plan"
    ),
    HOLDING,
    (
        "INSERT INTO intake_fingerprint SELECT id, at, area_id, category_id, hashtext(area_id || id %% 40), ARRAY(SELECT"
        " band # (floor(extract(epoch FROM at) / 2764800)::bigint << 40) FROM unnest(names || CASE WHEN id %% 25 = 0 THEN bands"
        " ELSE ARRAY(SELECT hashint8extended(id / 8, b) FROM generate_series(1, 16) b) END) band), ARRAY[simhash] FROM plan"
    ),
    (
        "INSERT INTO handling_review (order_id, assignment_id, kind, reason_code, reason, evidence_ids, unit, asked_at,"
        " asked_by, asked_in_time, arbitration, decision, decided_by, decision_reason) SELECT id, id, CASE WHEN id %% 2 = 0"
        " THEN 'return' ELSE 'extension' END, 'not_ours', '不属于本单位职责', '[]', '', at + interval '1 day', 'chengban', true,"
        " false, CASE WHEN state IN ('return_review', 'extension_review') THEN 'waiting' ELSE 'approved' END, '', '' FROM plan"
        " WHERE state IN ('return_review', 'extension_review') OR (id %% 20 = 0 AND {led})"
    ),
    (
        "INSERT INTO evaluation_rating (order_id, round, lead_unit_id, channel, reached, responded, solved, satisfaction,"
        " comment, rated_at, asked_by, excluded_by, exclusion_reason) SELECT id, 0, unit_id, 'web', true, true, id %% 10 > 1,"
        " 'satisfied', '', at + interval '6 days', '', '', '' FROM plan WHERE {led} AND {ended} AND id %% 2 = 0"
    ),
    (
        "INSERT INTO evaluation_day SELECT (rated_at AT TIME ZONE 'Asia/Shanghai')::date, lead_unit_id, false, count(*),"
        " count(*), count(*), count(*), count(*) FILTER (WHERE solved), count(*), 0, 0, 0 FROM evaluation_rating GROUP BY 1, 2"
    ),
)
ENDED = "state IN ('closed', 'archived', 'answered', 'refused')"
LED = "state NOT IN ('received', 'to_dispatch', 'incomplete', 'answered', 'refused', 'reopened')"
REPLIED = "state IN ('closed', 'archived', 'replied', 'to_call_back')"
LISTS = {
    "leaves": "(ARRAY(SELECT id FROM directory_category WHERE is_leaf ORDER BY id))",
    "areas": "(ARRAY(SELECT code FROM directory_area WHERE length(code) > 9 ORDER BY code))",
    "offices": "(ARRAY(SELECT id FROM directory_unit WHERE code NOT LIKE 'GR-%%' ORDER BY id))",
}
PARTS = {
    "ended": ENDED,
    "led": LED,
    "replied": REPLIED,
    "units": f"CASE WHEN {LED} THEN ARRAY[unit_id] ELSE '{{{{}}}}' END",
}
