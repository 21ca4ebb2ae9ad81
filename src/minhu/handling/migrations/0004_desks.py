"""What desks and inboxes read instead of working it out for every row: the tab a share stands under, and who holds what.

``desk``, ``next_due`` and ``next_light`` of a share follow from its order, its clocks and the questions about it;
triggers keep them true whoever writes, so that a page of an inbox is a range of one index. ``handling_holding`` is
``unit_ids`` of the orders turned round, newest first. Both are written by the owner's functions only.
"""

from typing import ClassVar

from django.db import migrations, models

from minhu.directory.row_security import protect, through

OWN = "(SELECT minhu_scope()) = 'units' AND unit_id = ANY ((SELECT minhu_units())::bigint[])"
# a unit's own share needs no look at its order: what a unit was given it may see
SHARES = f"""
DROP POLICY seen ON handling_assignment;
CREATE POLICY seen ON handling_assignment FOR ALL TO minhu_app
  USING (({OWN}) OR {through("handling_order", "order_id")}) WITH CHECK ({through("handling_order", "order_id")});
"""
NO_SHARES = f"""
DROP POLICY seen ON handling_assignment;
CREATE POLICY seen ON handling_assignment FOR ALL TO minhu_app
  USING ({through("handling_order", "order_id")}) WITH CHECK ({through("handling_order", "order_id")});
"""
AT_UNITS = "('dispatched', 'in_progress', 'return_review', 'extension_review', 'suspended')"
QUESTIONED = "('return_review', 'extension_review', 'suspended')"
DESK = f"""
CREATE FUNCTION minhu_desk_of(share handling_assignment) RETURNS text
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE order_state text;
BEGIN
  IF share.ended_at IS NOT NULL OR share.role = 'whistle' THEN RETURN ''; END IF;
  SELECT state INTO order_state FROM handling_order WHERE id = share.order_id;
  IF share.state = 'replied' THEN
    RETURN CASE WHEN share.role = 'lead' AND order_state = 'replied' THEN 'to_approve' ELSE 'answered' END;
  END IF;
  IF order_state IS NULL OR order_state NOT IN {AT_UNITS} THEN RETURN ''; END IF;
  IF (share.role = 'lead' AND order_state IN {QUESTIONED}) OR EXISTS (SELECT 1 FROM handling_review
      WHERE assignment_id = share.id AND kind = 'return' AND decision = 'waiting') THEN RETURN 'asked'; END IF;
  RETURN CASE share.state WHEN 'waiting' THEN 'to_sign' WHEN 'signed' THEN 'working' ELSE '' END;
END $$;
CREATE FUNCTION minhu_set_desk() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  NEW.desk := minhu_desk_of(NEW);
  SELECT due_at, light INTO NEW.next_due, NEW.next_light FROM handling_clock
    WHERE assignment_id = NEW.id AND stopped_at IS NULL AND paused_at IS NULL ORDER BY due_at, id LIMIT 1;
  NEW.next_light := coalesce(NEW.next_light, '');
  RETURN NEW;
END $$;
CREATE FUNCTION minhu_touch_shares() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_TABLE_NAME = 'handling_order' THEN
    UPDATE handling_assignment SET desk = desk WHERE order_id = NEW.id AND ended_at IS NULL;
  ELSE
    UPDATE handling_assignment SET desk = desk WHERE id = coalesce(NEW.assignment_id, OLD.assignment_id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER set_desk BEFORE INSERT OR UPDATE OF state, role, ended_at, desk, next_due, next_light
  ON handling_assignment FOR EACH ROW EXECUTE FUNCTION minhu_set_desk();
CREATE TRIGGER touch_shares AFTER UPDATE OF state ON handling_order FOR EACH ROW
  WHEN (OLD.state <> NEW.state AND NEW.unit_ids <> '{{}}') EXECUTE FUNCTION minhu_touch_shares();
CREATE TRIGGER touch_shares_new AFTER INSERT ON handling_clock FOR EACH ROW
  WHEN (NEW.assignment_id IS NOT NULL) EXECUTE FUNCTION minhu_touch_shares();
CREATE TRIGGER touch_shares AFTER UPDATE OF due_at, light, stopped_at, paused_at ON handling_clock FOR EACH ROW
  WHEN (NEW.assignment_id IS NOT NULL AND (OLD.due_at, OLD.light, OLD.stopped_at, OLD.paused_at)
    IS DISTINCT FROM (NEW.due_at, NEW.light, NEW.stopped_at, NEW.paused_at)) EXECUTE FUNCTION minhu_touch_shares();
CREATE TRIGGER touch_shares_new AFTER INSERT ON handling_review FOR EACH ROW
  WHEN (NEW.assignment_id IS NOT NULL AND NEW.kind = 'return') EXECUTE FUNCTION minhu_touch_shares();
CREATE TRIGGER touch_shares AFTER UPDATE OF decision ON handling_review FOR EACH ROW
  WHEN (NEW.assignment_id IS NOT NULL AND NEW.kind = 'return' AND OLD.decision <> NEW.decision)
  EXECUTE FUNCTION minhu_touch_shares();
REVOKE EXECUTE ON FUNCTION minhu_desk_of(handling_assignment) FROM PUBLIC;
UPDATE handling_assignment SET desk = desk WHERE ended_at IS NULL;
"""
NO_DESK = """
DROP TRIGGER touch_shares ON handling_review; DROP TRIGGER touch_shares_new ON handling_review;
DROP TRIGGER touch_shares ON handling_clock; DROP TRIGGER touch_shares_new ON handling_clock;
DROP TRIGGER touch_shares ON handling_order; DROP TRIGGER set_desk ON handling_assignment;
DROP FUNCTION minhu_touch_shares(); DROP FUNCTION minhu_set_desk(); DROP FUNCTION minhu_desk_of(handling_assignment);
"""
HOLDING = f"""
CREATE TABLE handling_holding (
  unit_id bigint NOT NULL, created_at timestamptz NOT NULL, order_id bigint NOT NULL, state varchar(20) NOT NULL,
  PRIMARY KEY (unit_id, created_at, order_id) INCLUDE (state)
);
CREATE TABLE handling_unmarked (order_id bigint NOT NULL);
{protect("handling_holding", OWN)}
CREATE FUNCTION minhu_hold() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.state <> NEW.state AND OLD.created_at = NEW.created_at THEN
      UPDATE handling_holding SET state = NEW.state
        WHERE unit_id = ANY (OLD.unit_ids) AND created_at = NEW.created_at AND order_id = NEW.id;
    END IF;
    IF OLD.unit_ids = NEW.unit_ids AND OLD.created_at = NEW.created_at THEN RETURN NULL; END IF;
    DELETE FROM handling_holding WHERE unit_id = ANY (OLD.unit_ids) AND created_at = OLD.created_at
      AND order_id = OLD.id AND (OLD.created_at <> NEW.created_at OR unit_id <> ALL (NEW.unit_ids));
    INSERT INTO handling_unmarked VALUES (NEW.id);
  END IF;
  INSERT INTO handling_holding SELECT DISTINCT unit_id, NEW.created_at, NEW.id, NEW.state FROM unnest(NEW.unit_ids) unit_id
    ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER hold_new AFTER INSERT ON handling_order FOR EACH ROW
  WHEN (NEW.unit_ids <> '{{}}') EXECUTE FUNCTION minhu_hold();
CREATE TRIGGER hold AFTER UPDATE OF state, unit_ids, created_at ON handling_order FOR EACH ROW
  WHEN ((OLD.state, OLD.unit_ids, OLD.created_at) IS DISTINCT FROM (NEW.state, NEW.unit_ids, NEW.created_at)
    AND NOT (OLD.unit_ids = '{{}}' AND NEW.unit_ids = '{{}}')) EXECUTE FUNCTION minhu_hold();
INSERT INTO handling_holding SELECT DISTINCT unit_id, created_at, id, state FROM handling_order, unnest(unit_ids) unit_id;
INSERT INTO handling_unmarked SELECT id FROM handling_order WHERE unit_ids <> '{{}}';
"""
NO_HOLDING = """
DROP TRIGGER hold ON handling_order; DROP TRIGGER hold_new ON handling_order; DROP FUNCTION minhu_hold();
DROP TABLE handling_unmarked; DROP TABLE handling_holding;
"""
LIVE = "('dispatched', 'extension_review', 'in_progress', 'incomplete', 'received', 'reopened', 'replied', 'return_review', 'suspended', 'to_call_back', 'to_dispatch')"  # fmt: skip
RANK = "(CASE WHEN urgency = 'danger' THEN 0 WHEN urgency = 'urgent' THEN 1 ELSE 2 END)"
ROWS = f"""
CREATE INDEX order_desk ON handling_order (state, {RANK}, due_at, id) WHERE state IN {LIVE};
CREATE INDEX assignment_desk ON handling_assignment (unit_id, desk, next_due, id) INCLUDE (order_id) WHERE desk <> '';
DROP INDEX order_disputed;
CREATE INDEX order_disputed ON handling_order (state, id) WHERE disputed;
DROP INDEX assignment_answered;
CREATE INDEX assignment_answered ON handling_assignment (unit_id, replied_at, id) INCLUDE (order_id)
  WHERE state = 'replied' AND role <> 'whistle';
"""
NO_ROWS = """
DROP INDEX order_disputed;
CREATE INDEX order_disputed ON handling_order (id) WHERE disputed;
DROP INDEX assignment_answered;
CREATE INDEX assignment_answered ON handling_assignment (unit_id, replied_at) WHERE replied_at IS NOT NULL;
DROP INDEX assignment_desk; DROP INDEX order_desk;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("handling", "0003_search")]
    operations: ClassVar = [
        migrations.AddField(
            "assignment",
            "desk",
            models.CharField(max_length=10, blank=True, editable=False, help_text="tab it stands under while open"),
        ),
        migrations.AddField(
            "assignment",
            "next_due",
            models.DateTimeField(null=True, editable=False, help_text="of the clock that is due first"),
        ),
        migrations.AddField(
            "assignment",
            "next_light",
            models.CharField(max_length=8, blank=True, editable=False, help_text="of that clock"),
        ),
        migrations.RunSQL(SHARES, NO_SHARES),
        migrations.RunSQL(DESK, NO_DESK),
        migrations.RunSQL(HOLDING, NO_HOLDING),
        migrations.RunSQL(ROWS, NO_ROWS),
        migrations.RemoveIndex("order", "order_state_due"),
    ]
