from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0005_measures"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="awaits_data",
            field=models.BooleanField(default=False),
        ),
    ]
