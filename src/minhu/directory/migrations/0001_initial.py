import django.contrib.postgres.fields
import django.db.models.deletion
import minhu.kernel.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Staff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("username", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=64)),
                ("employee_number", models.CharField(blank=True, max_length=32)),
                ("phone", models.CharField(blank=True, max_length=32)),
                ("is_active", models.BooleanField(default=True)),
                ("must_change_password", models.BooleanField(default=False)),
                ("demo", models.BooleanField(default=False, help_text="offered by the one-click login of the demo")),
                ("joined_at", models.DateTimeField(default=minhu.kernel.clock.now)),
            ],
            options={
                "ordering": ["username"],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64, unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("hint", models.CharField(help_text="first characters, to recognise it", max_length=8)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), default=list, size=None
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("per_minute", models.PositiveIntegerField(default=6000)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("topic", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("stamp", models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name="Area",
            fields=[
                ("code", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=64)),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "PROVINCE"),
                            (2, "CITY"),
                            (3, "COUNTY"),
                            (4, "STREET"),
                            (5, "COMMUNITY"),
                            (6, "GRID"),
                        ]
                    ),
                ),
                ("path", models.CharField(help_text="codes from the root down, joined by '/'", max_length=160)),
                ("path_name", models.CharField(help_text="names from the root down, joined by '/'", max_length=255)),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), blank=True, default=list, size=None
                    ),
                ),
                ("functional", models.BooleanField(default=False, help_text="a functional zone (高新区 …)")),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("latitude", models.FloatField(blank=True, null=True)),
                ("longitude", models.FloatField(blank=True, null=True)),
                ("boundary", models.JSONField(blank=True, help_text="GeoJSON polygon, WGS 84", null=True)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="directory.area",
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="replaces",
                        to="directory.area",
                    ),
                ),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="CatalogueVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "DRAFT"), ("published", "PUBLISHED"), ("retired", "RETIRED")],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=255)),
                ("created_at", models.DateTimeField(default=minhu.kernel.clock.now)),
                ("created_by", models.CharField(blank=True, max_length=64)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")), fields=("state",), name="one_published_catalogue"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CatalogueItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("category_code", models.CharField(help_text="a node: holds for everything below it", max_length=32)),
                ("area_code", models.CharField(blank=True, help_text="empty: everywhere", max_length=20)),
                ("request_type", models.CharField(blank=True, help_text="empty: every type", max_length=16)),
                ("lead", models.CharField(max_length=64)),
                (
                    "assist",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), blank=True, default=list, size=None
                    ),
                ),
                ("deadline_key", models.CharField(blank=True, max_length=32)),
                ("difficulty", models.CharField(default="normal", max_length=16)),
                ("basis", models.CharField(max_length=255)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="directory.catalogueversion",
                    ),
                ),
            ],
            options={
                "ordering": ["category_code", "area_code", "request_type"],
            },
        ),
        migrations.CreateModel(
            name="Landmark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=16)),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), blank=True, default=list, size=None
                    ),
                ),
                ("latitude", models.FloatField(blank=True, null=True)),
                ("longitude", models.FloatField(blank=True, null=True)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="landmarks", to="directory.area"
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="RuleSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("calendar", "CALENDAR"),
                            ("deadlines", "DEADLINES"),
                            ("intake", "INTAKE"),
                            ("reasons", "REASONS"),
                            ("supervision", "SUPERVISION"),
                            ("automation", "AUTOMATION"),
                            ("rates", "RATES"),
                        ],
                        max_length=16,
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "DRAFT"), ("published", "PUBLISHED"), ("retired", "RETIRED")],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("content", models.JSONField()),
                ("note", models.CharField(blank=True, max_length=255)),
                ("created_at", models.DateTimeField(default=minhu.kernel.clock.now)),
                ("created_by", models.CharField(blank=True, max_length=64)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["kind", "-version"],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "version"), name="rule_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")), fields=("kind",), name="one_published_rule_set"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Taxonomy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "DRAFT"), ("published", "PUBLISHED"), ("retired", "RETIRED")],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=255)),
                ("created_at", models.DateTimeField(default=minhu.kernel.clock.now)),
                ("created_by", models.CharField(blank=True, max_length=64)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-version"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published")), fields=("state",), name="one_published_taxonomy"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=32)),
                ("name", models.CharField(max_length=64)),
                ("level", models.PositiveSmallIntegerField()),
                ("path", models.CharField(max_length=255)),
                ("path_name", models.CharField(max_length=255)),
                ("is_leaf", models.BooleanField(default=True)),
                (
                    "keywords",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=32), blank=True, default=list, size=None
                    ),
                ),
                ("description", models.TextField(blank=True)),
                ("active", models.BooleanField(default=True)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="directory.category",
                    ),
                ),
                (
                    "taxonomy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="categories", to="directory.taxonomy"
                    ),
                ),
            ],
            options={
                "ordering": ["path"],
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=32, unique=True)),
                ("name", models.CharField(max_length=64, unique=True)),
                ("short_name", models.CharField(blank=True, max_length=32)),
                (
                    "ancestor_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        help_text="from the root down, itself excluded",
                        size=None,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("hotline_centre", "HOTLINE_CENTRE"),
                            ("bureau", "BUREAU"),
                            ("branch", "BRANCH"),
                            ("street", "STREET"),
                            ("community", "COMMUNITY"),
                            ("grid", "GRID"),
                            ("enterprise", "ENTERPRISE"),
                            ("emergency", "EMERGENCY"),
                        ],
                        max_length=16,
                    ),
                ),
                ("unit_class", models.CharField(blank=True, help_text="class for fair comparison", max_length=32)),
                ("grade", models.CharField(blank=True, max_length=16)),
                (
                    "bureau_code",
                    models.CharField(
                        blank=True, help_text="for a branch: the code of the city bureau above it", max_length=32
                    ),
                ),
                ("hours", models.CharField(default="office", help_text="working hours profile", max_length=32)),
                ("phone", models.CharField(blank=True, max_length=32)),
                ("duties", models.TextField(blank=True)),
                ("active", models.BooleanField(default=True)),
                (
                    "area",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="units",
                        to="directory.area",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="directory.unit",
                    ),
                ),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("citizen", "CITIZEN"),
                            ("agent", "AGENT"),
                            ("dispatcher", "DISPATCHER"),
                            ("unit_handler", "UNIT_HANDLER"),
                            ("unit_head", "UNIT_HEAD"),
                            ("grid_worker", "GRID_WORKER"),
                            ("supervisor", "SUPERVISOR"),
                            ("inspector", "INSPECTOR"),
                            ("analyst", "ANALYST"),
                            ("leader", "LEADER"),
                            ("system_admin", "SYSTEM_ADMIN"),
                            ("security_admin", "SECURITY_ADMIN"),
                            ("audit_admin", "AUDIT_ADMIN"),
                            ("partner", "PARTNER"),
                            ("system", "SYSTEM"),
                        ],
                        max_length=16,
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="posts", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="directory.unit"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="area",
            index=models.Index(fields=["path"], name="area_path", opclasses=["text_pattern_ops"]),
        ),
        migrations.AddIndex(
            model_name="area",
            index=models.Index(fields=["name"], name="area_name"),
        ),
        migrations.AddConstraint(
            model_name="catalogueitem",
            constraint=models.UniqueConstraint(
                fields=("version", "category_code", "area_code", "request_type"), name="catalogue_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="landmark",
            constraint=models.UniqueConstraint(fields=("name", "area"), name="landmark_once_per_area"),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.UniqueConstraint(fields=("taxonomy", "code"), name="category_once_per_version"),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(fields=("staff", "unit", "role"), name="post_once"),
        ),
    ]
