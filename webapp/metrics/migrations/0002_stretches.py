from django.db import migrations, models

from webapp.metrics import chunk


def fill(apps, editor):
    chunks = apps.get_model("metrics", "Chunk").objects
    for series, number, body in chunks.values_list("series_id", "number", "body").iterator(chunk_size=100):
        _, stretches = chunk.summary(number, chunk.decode(body).points)
        chunks.filter(series_id=series, number=number).update(stretches=stretches)


class Migration(migrations.Migration):
    dependencies = [("metrics", "0001_initial")]

    operations = [
        migrations.AddField("chunk", "stretches", models.BinaryField(default=b""), preserve_default=False),
        migrations.RunPython(fill, migrations.RunPython.noop),
        # A flush of some thousand points is read once, and soon: it stays in its row, and its room is soon used again.
        migrations.RunSQL(
            "ALTER TABLE metrics_tail SET (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0,"
            " autovacuum_vacuum_threshold = 500)",
            migrations.RunSQL.noop,
        ),
    ]
