"""What is asked, in which words, and what each answer is worth. A launched version never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bridge.brief import QuestionKind, QuestionRole
from leads.telling import labels


@dataclass(frozen=True, slots=True)
class Telling:
    """What a script says in one of its languages, as written."""

    language: str  # BCP-47
    disclosure: str
    lines: Mapping[str, Any]
    vouched_by: str
    vouched_text: str

    @property
    def is_vouched_for(self) -> bool:
        return bool(self.vouched_by) and self.vouched_text == self.disclosure


class Script(models.Model):
    name = models.CharField(_("name"), max_length=100)
    version = models.PositiveIntegerField(_("version"), default=1)
    launched_at = models.DateTimeField(_("launched at"), null=True, blank=True, editable=False)  # set once; from then on a trigger refuses changes
    language = models.CharField(_("language"), max_length=16, default="en-KE")
    bot_name = models.CharField(_("the bot's name"), max_length=60, default="Zawadi")
    organisation = models.CharField(_("on behalf of"), max_length=100)
    hot_threshold = models.PositiveIntegerField(_("hot from this score"), default=70)
    # Sentences spoken word for word; the names are those of bridge.brief.Lines.
    disclosure = models.TextField(_("disclosure"))
    # Who says that this very text says every part a callee must be told, for wording that campaigns.disclosure_parts does not know.
    disclosure_vouched_by = models.CharField(max_length=150, default="", editable=False)
    disclosure_vouched_text = models.TextField(default="", editable=False)  # as it was read: another text is another word
    lines = models.JSONField(_("fixed sentences"), default=dict, blank=True, help_text=_("Overrides of the standard sentences, by name"))
    # The same in further languages, by BCP-47 primary language: {"sw": {"disclosure": "…", "lines": {"cold_close": "…"},
    # "vouched_by": "", "vouched_text": ""}}. A call is held in the lead's language if it is `language` or one of these, else in `language`.
    translations = models.JSONField(_("further languages"), default=dict, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)  # one more with every saved change: who edits an older one is told
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("script")
        verbose_name_plural = _("scripts")
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="script_version_is_unique"),
            models.CheckConstraint(
                condition=Q(disclosure_vouched_by="", disclosure_vouched_text="") | ~Q(disclosure_vouched_by="") & ~Q(disclosure_vouched_text=""),
                name="vouched_by_somebody_for_a_text",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def further_languages(self) -> list[str]:
        """BCP-47 primary subtags beside `language`, in a fixed order."""
        return sorted(self.translations)

    @property
    def languages(self) -> list[str]:
        """All it can be told in, its own first."""
        return [self.language, *self.further_languages]

    def telling(self, language: str = "") -> Telling:
        """In one of its languages; in its own where it has no other words."""
        told = self.translations.get(language)
        if not isinstance(told, dict):
            return Telling(self.language, self.disclosure, self.lines, self.disclosure_vouched_by, self.disclosure_vouched_text)
        lines = told.get("lines")
        text, by, vouched = (str(told.get(name) or "") for name in ("disclosure", "vouched_by", "vouched_text"))
        return Telling(language, text, lines if isinstance(lines, dict) else {}, by, vouched)

    @property
    def is_vouched_for(self) -> bool:
        return self.telling().is_vouched_for

    def vouch(self, *, by: str, language: str = "") -> None:
        """Keep, unsaved, that `by` answers for the disclosure in this language ("": its own) as it reads now. Nobody can for an empty one."""
        telling = self.telling(language)
        if not telling.disclosure.strip() or telling.language != (language or self.language):
            return
        if telling.language == self.language:
            self.disclosure_vouched_by, self.disclosure_vouched_text = by[:150], telling.disclosure
        else:
            vouched = {"vouched_by": by[:150], "vouched_text": telling.disclosure}
            self.translations = {**self.translations, language: {**self.translations[language], **vouched}}


class Question(models.Model):
    script = models.ForeignKey(Script, on_delete=models.CASCADE, related_name="questions")
    key = models.SlugField(_("id"), max_length=40, help_text=_("Short and stable, for exports: seats, timeline"))
    position = models.PositiveIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=16, choices=labels(QuestionKind))
    role = models.CharField(_("role"), max_length=16, choices=labels(QuestionRole), default=QuestionRole.ASK.value)
    wording = models.TextField(_("wording"))
    reask_wording = models.TextField(_("re-ask wording"), blank=True)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    minimum = models.FloatField(_("minimum"), null=True, blank=True)
    maximum = models.FloatField(_("maximum"), null=True, blank=True)
    is_read_back = models.BooleanField(_("read back"), default=False)
    # [{"when": {"equals": true} | {"at_least": 50} | {"at_most": 30}, "points": 30, "knock_out": false, "why": "decides alone"}], first match counts
    rubric = models.JSONField(_("points"), default=list, blank=True)
    # Where the call goes on after an answer, first match counts; no match: with the next question. Only ever further down; "to": "" is the end.
    # [{"when": {"equals": false}, "to": "timeline"}, {"when": {"at_most": 5}, "to": ""}]
    skips = models.JSONField(_("skip rules"), default=list, blank=True)
    # {"sw": {"wording": "…", "reask_wording": "…", "choices": ["…"]}}: choices in the order of `choices`, which are what is stored
    translations = models.JSONField(_("in further languages"), default=dict, blank=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["script", "key"], name="question_key_is_unique_in_script"),
            models.CheckConstraint(condition=Q(kind__in=[k.value for k in QuestionKind]), name="question_kind_is_known"),
        ]

    def __str__(self) -> str:
        return self.key
