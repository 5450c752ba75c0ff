import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import webapp.identifiers


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("artifacts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Dataset",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=webapp.identifiers.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("sample", models.CharField(blank=True, max_length=40)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("deleted", models.DateTimeField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="datasets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=webapp.identifiers.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("length", models.BigIntegerField()),
                ("offset", models.BigIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[("receiving", "Receiving"), ("complete", "Complete"), ("terminated", "Terminated")],
                        default="receiving",
                        max_length=10,
                    ),
                ),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("changed", models.DateTimeField(auto_now=True)),
                (
                    "artifact",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="artifacts.artifact"),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uploads", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DatasetVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=webapp.identifiers.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[("inspecting", "Inspecting"), ("ready", "Ready"), ("failed", "Failed")],
                        default="inspecting",
                        max_length=10,
                    ),
                ),
                ("content_hash", models.CharField(max_length=64)),
                ("size", models.BigIntegerField(default=0)),
                ("profile", models.JSONField(null=True)),
                ("created", models.DateTimeField(auto_now_add=True)),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="datasets.dataset"
                    ),
                ),
                (
                    "prepared",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="artifacts.artifact",
                    ),
                ),
                (
                    "thumbnails",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="artifacts.artifact",
                    ),
                ),
            ],
            options={
                "ordering": ["dataset", "-number"],
                "constraints": [models.UniqueConstraint(fields=("dataset", "number"), name="one_version_per_number")],
            },
        ),
    ]
