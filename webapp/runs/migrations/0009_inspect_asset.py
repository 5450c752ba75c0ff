from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0008_previews"),
    ]

    operations = [
        migrations.AlterField(
            model_name="run",
            name="kind",
            field=models.CharField(
                choices=[
                    ("train", "Train"),
                    ("compress", "Compress"),
                    ("export", "Export"),
                    ("inspect", "Inspect"),
                    ("inspect_asset", "Inspect Asset"),
                    ("preview", "Preview"),
                ],
                max_length=20,
            ),
        ),
    ]
