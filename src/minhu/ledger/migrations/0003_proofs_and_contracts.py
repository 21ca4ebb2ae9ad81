"""Roots of subtrees for quick proofs, how far each contract is, and indexes for the auditors' lists."""

from django.db import migrations, models


# only the program itself (minhu_wide) writes here; there is nothing of any citizen in these tables
POLICIES = """
ALTER TABLE ledger_subtree ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON ledger_subtree FOR SELECT TO minhu_app, minhu_wide USING (true);
CREATE POLICY append ON ledger_subtree FOR INSERT TO minhu_wide WITH CHECK (true);
ALTER TABLE ledger_contractstate ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON ledger_contractstate FOR SELECT TO minhu_app, minhu_wide USING (true);
CREATE POLICY begin ON ledger_contractstate FOR INSERT TO minhu_wide WITH CHECK (true);
CREATE POLICY go_on ON ledger_contractstate FOR UPDATE TO minhu_wide USING (true) WITH CHECK (true);
"""
NO_POLICIES = """
DROP POLICY readable ON ledger_subtree; DROP POLICY append ON ledger_subtree;
ALTER TABLE ledger_subtree DISABLE ROW LEVEL SECURITY;
DROP POLICY readable ON ledger_contractstate; DROP POLICY begin ON ledger_contractstate;
DROP POLICY go_on ON ledger_contractstate; ALTER TABLE ledger_contractstate DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContractState",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("position", models.BigIntegerField(default=0)),
                ("results", models.BigIntegerField(default=0, help_text="entries that it wrote")),
                (
                    "failures",
                    models.BigIntegerField(default=0, help_text="entries it could not treat; each is in the log"),
                ),
                ("at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Subtree",
            fields=[
                ("level", models.SmallIntegerField()),
                ("place", models.BigIntegerField()),
                ("root", models.BinaryField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level", "place", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("position__isnull", False)), fields=["kind", "position"], name="ledger_entry_kind"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("position__isnull", False)),
                fields=["actor_id", "position"],
                name="ledger_entry_actor",
            ),
        ),
        migrations.RunSQL(POLICIES, NO_POLICIES),
    ]
