from django.db import migrations, models

import webapp.identifiers


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("lease_until", models.DateTimeField()),
                ("position", models.BigIntegerField(default=0)),
                ("placement", models.JSONField(default=list)),
                ("exits", models.JSONField(null=True)),
                ("started", models.DateTimeField(auto_now_add=True)),
                ("ended", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["run", "number"],
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("attempt", models.PositiveIntegerField()),
                ("step", models.BigIntegerField()),
                ("created", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["run", "step"],
            },
        ),
        migrations.CreateModel(
            name="Command",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("applied", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=webapp.identifiers.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("train", "Train"),
                            ("compress", "Compress"),
                            ("export", "Export"),
                            ("inspect", "Inspect"),
                        ],
                        max_length=10,
                    ),
                ),
                ("spec", models.JSONField()),
                ("devices_needed", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("starting", "Starting"),
                            ("running", "Running"),
                            ("stopping", "Stopping"),
                            ("paused", "Paused"),
                            ("succeeded", "Succeeded"),
                            ("stopped", "Stopped"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("reason_code", models.CharField(blank=True, max_length=60)),
                ("reason", models.TextField(blank=True)),
                ("reason_params", models.JSONField(default=dict)),
                ("attempt", models.PositiveIntegerField(default=0)),
                ("stream", models.BigIntegerField(default=0)),
                ("step", models.BigIntegerField(default=0)),
                ("total_steps", models.BigIntegerField(default=0)),
                ("steps_per_epoch", models.BigIntegerField(default=0)),
                ("report", models.JSONField(null=True)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("queued", models.DateTimeField(auto_now_add=True)),
                ("started", models.DateTimeField(null=True)),
                ("ended", models.DateTimeField(null=True)),
                ("idempotency_key", models.CharField(max_length=255, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="StreamEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.BigIntegerField()),
                ("type", models.CharField(max_length=12)),
                ("body", models.JSONField()),
                ("created", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["run", "seq"],
            },
        ),
    ]
