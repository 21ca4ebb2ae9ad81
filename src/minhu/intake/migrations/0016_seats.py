"""Seats, call-backs, listeners and the front door; only those who see every talk see what names a citizen."""

import django.contrib.postgres.fields
import django.db.models.deletion
import minhu.engines.lookup
import minhu.engines.secrets
import uuid
from django.conf import settings
from django.db import migrations, models

from minhu.directory.row_security import protect, unprotect

PROTECTED = ("intake_callback", "intake_callbacktry", "intake_whisper")
STAMPED = ("intake_frontdoor", "intake_emergencymode")
PROTECT = "".join(protect(table, "false") for table in PROTECTED)
UNPROTECT = "".join(unprotect(table) for table in PROTECTED)
STAMP = "".join(
    f"CREATE TRIGGER stamp AFTER INSERT OR UPDATE OR DELETE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION minhu_stamp('front_door');"
    for table in STAMPED
)
UNSTAMP = "".join(f"DROP TRIGGER IF EXISTS stamp ON {table};" for table in STAMPED)


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0015_texts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CallBack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("phone", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                (
                    "phone_index",
                    minhu.engines.lookup.LookupIndexField(blank=True, null=True, of="phone", purpose="phone"),
                ),
                ("line", models.CharField(blank=True, max_length=32)),
                (
                    "words",
                    minhu.engines.secrets.EncryptedTextField(
                        blank=True, default="", help_text="what it is about, as far as known"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("missed", "MISSED"),
                            ("abandoned", "ABANDONED"),
                            ("overflow", "OVERFLOW"),
                            ("asked", "ASKED"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "WAITING"),
                            ("calling", "CALLING"),
                            ("done", "DONE"),
                            ("given_up", "GIVEN_UP"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("priority", models.PositiveSmallIntegerField(default=5)),
                ("asked", models.PositiveSmallIntegerField(default=1)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("first_at", models.DateTimeField(help_text="of the first asking")),
                ("last_at", models.DateTimeField(help_text="of the last asking")),
                ("appointed", models.BooleanField(default=False)),
                ("next_at", models.DateTimeField(help_text="not before")),
                ("promised_by", models.DateTimeField()),
                ("first_try_at", models.DateTimeField(blank=True, null=True)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("why", models.CharField(blank=True, help_text="why nobody calls any more, masked", max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="CallBackAsk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("missed", "MISSED"),
                            ("abandoned", "ABANDONED"),
                            ("overflow", "OVERFLOW"),
                            ("asked", "ASKED"),
                        ],
                        max_length=12,
                    ),
                ),
                ("key", models.CharField(max_length=100, unique=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="CallBackTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.PositiveSmallIntegerField()),
                ("staff", models.CharField(help_text="who called", max_length=64)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("reached", "REACHED"),
                            ("no_answer", "NO_ANSWER"),
                            ("busy", "BUSY"),
                            ("off", "OFF"),
                            ("wrong", "WRONG"),
                            ("later", "LATER"),
                        ],
                        max_length=12,
                    ),
                ),
                ("note", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                ("at", models.DateTimeField()),
                ("next_at", models.DateTimeField(blank=True, null=True)),
                ("key", models.CharField(blank=True, max_length=64, null=True)),
            ],
            options={
                "ordering": ["call_back", "number"],
            },
        ),
        migrations.CreateModel(
            name="EmergencyMode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "PROPOSED"), ("on", "ON"), ("declined", "DECLINED"), ("ended", "ENDED")],
                        max_length=8,
                    ),
                ),
                ("proposed_at", models.DateTimeField(blank=True, null=True)),
                ("basis", models.JSONField(default=dict, help_text="the figures that it was proposed by")),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("began_at", models.DateTimeField(blank=True, null=True)),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("report", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="FrontDoor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rules", models.JSONField(default=dict)),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Listener",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by_ear", models.BooleanField(default=False, help_text="the sound of a call, not only its words")),
                ("began_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "READY"),
                            ("busy", "BUSY"),
                            ("wrap_up", "WRAP_UP"),
                            ("pause", "PAUSE"),
                            ("off", "OFF"),
                        ],
                        default="off",
                        max_length=8,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("at_home", models.BooleanField(default=False)),
                (
                    "lines",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32),
                        blank=True,
                        default=list,
                        help_text="codes; none: all lines",
                        size=None,
                    ),
                ),
                ("seen_at", models.DateTimeField(help_text="when its browser was last heard of")),
            ],
        ),
        migrations.CreateModel(
            name="SeatChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "READY"),
                            ("busy", "BUSY"),
                            ("wrap_up", "WRAP_UP"),
                            ("pause", "PAUSE"),
                            ("off", "OFF"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("at_home", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SeatOffer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "OPEN"),
                            ("taken", "TAKEN"),
                            ("refused", "REFUSED"),
                            ("unanswered", "UNANSWERED"),
                            ("gone", "GONE"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("offered_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Whisper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("staff", models.CharField(help_text="who whispers", max_length=64)),
                ("text", minhu.engines.secrets.EncryptedTextField(blank=True, default="")),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["talk", "at"],
            },
        ),
        migrations.AddIndex(
            model_name="talk",
            index=models.Index(fields=["opened_at"], name="talk_opened"),
        ),
        migrations.AddField(
            model_name="callback",
            name="agent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="callback",
            name="talk",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="call_backs",
                to="intake.talk",
            ),
        ),
        migrations.AddField(
            model_name="callbackask",
            name="call_back",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="asks", to="intake.callback"
            ),
        ),
        migrations.AddField(
            model_name="callbacktry",
            name="call_back",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="attempts", to="intake.callback"
            ),
        ),
        migrations.AddField(
            model_name="emergencymode",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="emergencymode",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="listener",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="listener",
            name="talk",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="listeners", to="intake.talk"
            ),
        ),
        migrations.AddField(
            model_name="seat",
            name="staff",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="seatchange",
            name="seat",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="intake.seat"
            ),
        ),
        migrations.AddField(
            model_name="seatoffer",
            name="seat",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="offers", to="intake.seat"
            ),
        ),
        migrations.AddField(
            model_name="seatoffer",
            name="talk",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="offers", to="intake.talk"
            ),
        ),
        migrations.AddField(
            model_name="whisper",
            name="talk",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="whispers", to="intake.talk"
            ),
        ),
        migrations.AddIndex(
            model_name="callback",
            index=models.Index(
                condition=models.Q(("state__in", ("waiting", "calling"))), fields=["next_at"], name="call_back_open"
            ),
        ),
        migrations.AddIndex(
            model_name="callback",
            index=models.Index(fields=["phone_index"], name="call_back_phone"),
        ),
        migrations.AddIndex(
            model_name="callback",
            index=models.Index(fields=["first_at"], name="call_back_first"),
        ),
        migrations.AddConstraint(
            model_name="callback",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("waiting", "calling"))),
                fields=("phone_index", "line"),
                name="call_back_once_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="callbacktry",
            constraint=models.UniqueConstraint(fields=("call_back", "number"), name="call_back_try_number"),
        ),
        migrations.AddConstraint(
            model_name="callbacktry",
            constraint=models.UniqueConstraint(fields=("call_back", "key"), name="call_back_try_once"),
        ),
        migrations.AddConstraint(
            model_name="emergencymode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["proposed", "on"])),
                fields=("state",),
                name="emergency_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="listener",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("talk", "staff", "by_ear"),
                name="listener_once_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="seatchange",
            index=models.Index(fields=["seat", "at"], name="seat_changes"),
        ),
        migrations.AddIndex(
            model_name="seatoffer",
            index=models.Index(fields=["seat", "offered_at"], name="seat_offers"),
        ),
        migrations.AddConstraint(
            model_name="seatoffer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome", "open")), fields=("talk",), name="offer_once_at_a_time"
            ),
        ),
        migrations.RunSQL(PROTECT, UNPROTECT),
        migrations.RunSQL(STAMP, UNSTAMP),
    ]
