"""Daily briefs: counts of a day in sentences, and what a person published of them; nobody's name or words."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("governance", "0002_direct_answers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Brief",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("lines", models.JSONField()),
                ("made_at", models.DateTimeField()),
                ("maker", models.CharField(max_length=32)),
                ("text", models.TextField(blank=True, help_text="as published")),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("published_by", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "ordering": ["-day"],
            },
        ),
    ]
