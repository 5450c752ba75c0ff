import django.db.models.deletion
from django.db import migrations, models

import webapp.identifiers


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Artifact",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
                ("created", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="ModelVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=webapp.identifiers.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("stage", models.PositiveSmallIntegerField(default=0)),
                ("name", models.CharField(max_length=200)),
                ("form", models.CharField(choices=[("torch", "Torch"), ("onnx", "Onnx")], max_length=8)),
                ("report", models.JSONField(default=dict)),
                ("created", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["run", "stage"],
            },
        ),
        migrations.CreateModel(
            name="Edge",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=webapp.identifiers.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("direction", models.CharField(choices=[("input", "Input"), ("output", "Output")], max_length=6)),
                ("role", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=255)),
                ("meta", models.JSONField(default=dict)),
                ("created", models.DateTimeField(auto_now_add=True)),
                (
                    "artifact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="edges", to="artifacts.artifact"
                    ),
                ),
            ],
        ),
    ]
