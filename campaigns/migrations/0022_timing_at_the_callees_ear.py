"""Timing as the callee heard it takes the place of the server's own figures; those of earlier calls stay, and count in no report."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0021_recordings_can_be_refused")]

    operations = [
        migrations.RenameField("call", "first_audio_ms", "first_word_ms"),
        migrations.RenameField("call", "turn_latency_ms", "voice_to_voice_ms"),
        migrations.AlterField(
            "call", "first_word_ms", models.PositiveIntegerField(blank=True, null=True, verbose_name="first word, ms")
        ),
        migrations.AlterField(
            "call", "voice_to_voice_ms", models.JSONField(blank=True, default=list, verbose_name="voice to voice, ms")
        ),
        migrations.AddField("call", "overlap_ms", models.PositiveIntegerField(default=0, verbose_name="both spoke, ms")),
        migrations.AddField(
            "call", "longest_silence_ms", models.PositiveIntegerField(blank=True, null=True, verbose_name="longest silence, ms")
        ),
        migrations.AddIndex(
            "call", models.Index(fields=["answered_at"], condition=Q(("longest_silence_ms__isnull", False)), name="call_timed")
        ),
    ]
