from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("artifacts", "0004_block_sums"),
    ]

    operations = [
        migrations.AlterField(
            model_name="edge",
            name="role",
            field=models.CharField(max_length=60),
        ),
    ]
