import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("artifacts", "0002_initial"),
        ("datasets", "0001_initial"),
        ("runs", "0001_initial"),
        ("workers", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="worker",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="attempts", to="workers.worker"
            ),
        ),
        migrations.AddField(
            model_name="checkpoint",
            name="artifact",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="artifacts.artifact"
            ),
        ),
        migrations.AddField(
            model_name="command",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="dataset_version",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="runs",
                to="datasets.datasetversion",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="runs", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="parent",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="children", to="runs.run"
            ),
        ),
        migrations.AddField(
            model_name="command",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="commands", to="runs.run"
            ),
        ),
        migrations.AddField(
            model_name="checkpoint",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="checkpoints", to="runs.run"
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="attempts", to="runs.run"
            ),
        ),
        migrations.AddField(
            model_name="streamentry",
            name="run",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="runs.run"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["owner", "-id"], name="run_of_owner"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(condition=models.Q(("state", "queued")), fields=["queued"], name="run_queue"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(fields=("owner", "idempotency_key"), name="one_run_per_idempotency_key"),
        ),
        migrations.AddConstraint(
            model_name="checkpoint",
            constraint=models.UniqueConstraint(fields=("run", "step"), name="one_checkpoint_per_step"),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(fields=("run", "number"), name="one_attempt_per_number"),
        ),
        migrations.AddConstraint(
            model_name="streamentry",
            constraint=models.UniqueConstraint(fields=("run", "seq"), name="one_entry_per_number"),
        ),
    ]
