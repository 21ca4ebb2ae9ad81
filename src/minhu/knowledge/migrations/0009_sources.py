"""Watched pages and feeds: marks of the last visit, what is held, failures in a row; by which phrases a version was checked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("knowledge", "0008_samples"),
    ]

    operations = [
        migrations.AddField(
            model_name="source",
            name="failures",
            field=models.PositiveSmallIntegerField(default=0, help_text="looks in a row that failed"),
        ),
        migrations.AddField(
            model_name="source",
            name="follow",
            field=models.BooleanField(default=False, help_text="documents linked in its pages come along"),
        ),
        migrations.AddField(
            model_name="sourceitem",
            name="accepted",
            field=models.BooleanField(default=False, help_text="a person said that what was held is the same paper"),
        ),
        migrations.AddField(
            model_name="sourceitem",
            name="etag",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="sourceitem",
            name="held",
            field=models.CharField(
                blank=True, help_text="why what came was not proposed; a person judges it", max_length=300
            ),
        ),
        migrations.AddField(
            model_name="sourceitem",
            name="held_digest",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="sourceitem",
            name="media_type",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name="sourceitem",
            name="misses",
            field=models.PositiveSmallIntegerField(default=0, help_text="visits in a row that gave nothing"),
        ),
        migrations.AddField(
            model_name="sourceitem",
            name="modified",
            field=models.CharField(blank=True, help_text="in the words of the site", max_length=60),
        ),
        migrations.AddField(
            model_name="sourceitem",
            name="title",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="version",
            name="checked",
            field=models.CharField(
                blank=True, help_text="version of the phrases that it was checked by", max_length=16
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("expiring", "EXPIRING"),
                    ("expired", "EXPIRED"),
                    ("repealed", "REPEALED"),
                    ("changed", "CHANGED"),
                    ("gone", "GONE"),
                    ("failed", "FAILED"),
                    ("differs", "DIFFERS"),
                    ("words", "WORDS"),
                    ("held", "HELD"),
                ],
                max_length=8,
            ),
        ),
    ]
