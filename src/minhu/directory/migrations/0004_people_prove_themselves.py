"""Second factors, recovery codes, sessions, proposals by two people, emergency access, absences."""

import django.db.models.deletion
import minhu.engines.secrets
import minhu.kernel.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0003_versions_and_stamps"),
    ]

    operations = [
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=16)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("entered_at", models.DateTimeField(default=minhu.kernel.clock.now)),
                ("cancelled_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-first_day"],
            },
        ),
        migrations.CreateModel(
            name="Emergency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500)),
                ("began_at", models.DateTimeField(default=minhu.kernel.clock.now)),
                ("until", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("reviewed_at", models.DateTimeField(null=True)),
                ("finding", models.CharField(blank=True, max_length=500)),
                ("justified", models.BooleanField(null=True)),
            ],
            options={
                "verbose_name_plural": "emergencies",
                "ordering": ["-began_at"],
            },
        ),
        migrations.CreateModel(
            name="Factor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("totp", "TOTP"), ("passkey", "PASSKEY")], max_length=8)),
                ("name", models.CharField(blank=True, max_length=64)),
                ("secret", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                ("last_step", models.BigIntegerField(default=0, help_text="a time-based code counts once")),
                ("credential_id", models.BinaryField(null=True, unique=True)),
                ("public_key", models.BinaryField(null=True)),
                (
                    "sign_count",
                    models.BigIntegerField(default=0, help_text="goes only up; going back means a copied key"),
                ),
                ("made_at", models.DateTimeField(default=minhu.kernel.clock.now)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["made_at"],
            },
        ),
        migrations.CreateModel(
            name="PastPassword",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hash", models.CharField(max_length=128)),
                ("set_at", models.DateTimeField(default=minhu.kernel.clock.now)),
            ],
            options={
                "ordering": ["-set_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("post", "POST"),
                            ("password", "PASSWORD"),
                            ("factors", "FACTORS"),
                            ("activate", "ACTIVATE"),
                        ],
                        max_length=12,
                    ),
                ),
                ("content", models.JSONField(default=dict)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("asked_at", models.DateTimeField(default=minhu.kernel.clock.now)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "OPEN"), ("confirmed", "CONFIRMED"), ("refused", "REFUSED")],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-asked_at"],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("session_key", models.CharField(db_index=True, max_length=40)),
                ("how", models.CharField(max_length=16)),
                ("second", models.CharField(blank=True, help_text="the second factor that was shown", max_length=16)),
                ("address", models.CharField(blank=True, max_length=64)),
                ("device", models.CharField(blank=True, max_length=80)),
                ("began_at", models.DateTimeField(default=minhu.kernel.clock.now)),
                ("seen_at", models.DateTimeField(default=minhu.kernel.clock.now)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_why", models.CharField(blank=True, max_length=16)),
            ],
            options={
                "ordering": ["-seen_at"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="post",
            name="post_once",
        ),
        migrations.AddField(
            model_name="staff",
            name="emergency_until",
            field=models.DateTimeField(blank=True, help_text="emergency access is open until then", null=True),
        ),
        migrations.AddField(
            model_name="staff",
            name="factor_failures",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="staff",
            name="factor_locked_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="staff",
            name="has_factor",
            field=models.BooleanField(default=False, help_text="a confirmed second factor exists"),
        ),
        migrations.AddField(
            model_name="staff",
            name="left_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="staff",
            name="may_break_glass",
            field=models.BooleanField(default=False, help_text="named for emergency access"),
        ),
        migrations.AddField(
            model_name="staff",
            name="password_set_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="absence",
            name="acting",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="absence",
            name="entered_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="absence",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="absences", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="absence",
            field=models.ForeignKey(
                blank=True,
                help_text="held while somebody is away",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="posts",
                to="directory.absence",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(
                fields=("staff", "unit", "role", "absence"), name="post_once", nulls_distinct=False
            ),
        ),
        migrations.AddField(
            model_name="emergency",
            name="ended_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="emergency",
            name="reviewed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="emergency",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="emergencies", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="factor",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="factors", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="pastpassword",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="past_passwords", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="proposals", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="recoverycode",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="recovery_codes", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="signin",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="sign_ins", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_day__gte", models.F("first_day"))), name="absence_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(("acting", models.F("staff")), _negated=True), name="another_acts"
            ),
        ),
        migrations.AddConstraint(
            model_name="emergency",
            constraint=models.CheckConstraint(
                condition=models.Q(("reviewed_by", models.F("staff")), _negated=True), name="reviewed_by_another"
            ),
        ),
        migrations.AddConstraint(
            model_name="factor",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "totp")), fields=("staff",), name="one_app_each"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("decided_by", models.F("asked_by")), _negated=True), name="two_people_decide"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("decided_by", models.F("staff")), _negated=True), name="not_about_oneself"
            ),
        ),
        migrations.AddConstraint(
            model_name="recoverycode",
            constraint=models.UniqueConstraint(fields=("staff", "digest"), name="recovery_code_once"),
        ),
        migrations.AddIndex(
            model_name="signin",
            index=models.Index(
                condition=models.Q(("ended_at", None)), fields=["staff", "-seen_at"], name="sign_in_open"
            ),
        ),
    ]
