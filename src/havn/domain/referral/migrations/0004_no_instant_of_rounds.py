from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("referral", "0003_words_erased"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="knownquestion",
            name="round_at",
        ),
    ]
