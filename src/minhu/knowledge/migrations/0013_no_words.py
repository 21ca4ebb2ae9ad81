"""Passages are found through the index of terms alone; a second index of words cost more than the rest of publishing."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0012_trees")]
    operations = [
        migrations.RemoveIndex(model_name="passagerow", name="passage_words"),
        migrations.RemoveField(model_name="passagerow", name="words"),
    ]
