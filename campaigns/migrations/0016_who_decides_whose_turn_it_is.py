"""A campaign says who decides whose turn it is: we, as for every campaign so far, or the voice."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0015_words_go_and_people_are_erased")]
    operations = [
        migrations.AddField(
            "campaign",
            "turns",
            models.CharField(
                choices=[("local", "us, alike for every voice"), ("provider", "the voice itself")],
                default="local",
                help_text="A voice that interrupts itself may stop at every “mm-hmm”, or not at all. One that cannot decide is led by us",
                max_length=8,
                verbose_name="whose turn it is, decided by",
            ),
        ),
        migrations.AddConstraint(
            "campaign",
            models.CheckConstraint(condition=Q(turns__in=["local", "provider"]), name="campaign_turn_control_is_known"),
        ),
    ]
