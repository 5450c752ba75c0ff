from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0007_parts_of_names"),
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
                    ("preview", "Preview"),
                ],
                max_length=10,
            ),
        ),
    ]
