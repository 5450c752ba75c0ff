import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import webapp.identifiers


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("artifacts", "0005_longer_roles"),
        ("runs", "0009_inspect_asset"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Asset",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=webapp.identifiers.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("kind", models.CharField(blank=True, max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[("inspecting", "Inspecting"), ("ready", "Ready"), ("failed", "Failed")],
                        default="inspecting",
                        max_length=10,
                    ),
                ),
                ("size", models.BigIntegerField()),
                ("profile", models.JSONField(null=True)),
                ("created", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("deleted", models.DateTimeField(null=True)),
                (
                    "content",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="artifacts.artifact",
                    ),
                ),
                (
                    "inspection",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="asset", to="runs.run"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="assets", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["owner", "-id"], name="asset_of_owner")],
            },
        ),
    ]
