from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="session_generation",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="signinfailures",
            name="since",
            field=models.DateTimeField(db_index=True),
        ),
    ]
