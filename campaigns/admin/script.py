"""Scripts with their questions inline. A launched version is shown, never edited: copy it to a new version instead."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import action

from campaigns.admin.confirm import asked_for, confirm
from campaigns.admin.script_form import OCCASIONS, PREFIX, QUESTION_FIELDS, QuestionForm, QuestionFormSet, ScriptForm, answer_in_words, sentences
from campaigns.campaign_life import copy_to_new_version
from campaigns.models import Question, Script
from campaigns.scoring import BadRubric, read_rubric


class QuestionInline(StackedInline):  # type: ignore[misc]
    model = Question
    form = QuestionForm
    formset = QuestionFormSet
    extra = 0
    ordering = ["position"]
    readonly_fields = ["answer", "points"]

    def get_fields(self, request: HttpRequest, obj: Script | None = None) -> list[Any]:
        if self.has_change_permission(request, obj):
            return QUESTION_FIELDS
        return ["wording", "reask_wording", "answer", "points"]

    def has_add_permission(self, request: HttpRequest, obj: Script | None = None) -> bool:
        return bool(super().has_add_permission(request, obj)) and _may_change(obj)

    def has_change_permission(self, request: HttpRequest, obj: Script | None = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and _may_change(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Script | None = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and _may_change(obj)

    @admin.display(description=_("answer"))
    def answer(self, question: Question) -> str:
        return answer_in_words(question)

    @admin.display(description=_("points"))
    def points(self, question: Question) -> str | SafeString:
        try:
            rows = read_rubric(question.rubric)
        except BadRubric as problem:
            return str(problem)
        return render_to_string("admin/campaigns/script/points.html", {"rows": rows})


@admin.register(Script)
class ScriptAdmin(ModelAdmin):  # type: ignore[misc]
    form = ScriptForm
    list_display = ["name", "version", "organisation", "language", "n_questions", "hot_threshold", "launched_at"]
    list_filter = ["language"]
    search_fields = ["name", "organisation"]
    ordering = ["name", "-version"]
    inlines = [QuestionInline]
    readonly_fields = ["state", "version", "fixed_sentences", "vouched_by"]
    actions_detail = ["copy_version"]
    warn_unsaved_form = True

    def get_fieldsets(self, request: HttpRequest, obj: Script | None = None) -> Any:
        may_edit = self.has_change_permission(request, obj) if obj else True
        own_sentences = [PREFIX + name for name in OCCASIONS] if may_edit else ["fixed_sentences"]
        vouching = "vouches" if may_edit else "vouched_by"
        head = [("name", "version"), "state"] if obj else ["name"]
        return [
            (None, {"fields": [*head, ("organisation", "bot_name"), ("language", "hot_threshold"), "disclosure", vouching]}),
            (
                _("Fixed sentences"),
                {
                    "fields": own_sentences,
                    "classes": ["collapse"],
                    "description": _("Said word for word. An empty box means the standard sentence. {bot_name} and {organisation} are filled in."),
                },
            ),
        ]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "disclosure":
            field.help_text = _(
                "The first words of every call: that a machine speaks, for whom and what about, that it is recorded, who receives that and why, "
                "and how to stop it."
            )
        return field

    def save_model(self, request: HttpRequest, obj: Script, form: Any, change: bool) -> None:
        if form.cleaned_data.get("vouches"):
            obj.vouch(by=request.user.get_username())
        super().save_model(request, obj, form, change)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Script]:
        queryset: QuerySet[Script] = super().get_queryset(request).annotate(questions_count=Count("questions"))
        return queryset

    def has_change_permission(self, request: HttpRequest, obj: Script | None = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and _may_change(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Script | None = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and _may_change(obj)

    def has_copy_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(self.has_add_permission(request) and self.has_view_permission(request))

    @admin.display(description=_("questions"), ordering="questions_count")
    def n_questions(self, script: Any) -> int:
        return int(script.questions_count)

    @admin.display(description=_("state"))
    def state(self, script: Script) -> Any:
        if script.launched_at is None:
            return _("Draft: it can be changed until a campaign starts with it.")
        return _("Launched: what people were asked never changes. To change it, copy it to a new version.")

    @admin.display(description=_("who answers for this text"))
    def vouched_by(self, script: Script) -> str:
        return script.disclosure_vouched_by if script.is_vouched_for else ""

    @admin.display(description=_("what is said"))
    def fixed_sentences(self, script: Script) -> SafeString:
        return render_to_string("admin/campaigns/script/sentences.html", {"sentences": sentences(script)})

    @action(description=_("Copy to a new version"), permissions=["copy"], icon="content_copy")
    def copy_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        script = asked_for(self, request, object_id)
        if request.method != "POST":
            sentence = _("A new version of “%(name)s” is made with the same words and questions. Campaigns keep the version they have.")
            return confirm(self, request, script, title=_("Copy to a new version?"), sentence=sentence % {"name": script.name}, button=_("Copy"))
        copy = copy_to_new_version(script)
        self.log_addition(request, copy, [{"added": {}}])
        messages.success(request, _("This is version %(version)s. Change it, then choose it in a campaign.") % {"version": copy.version})
        return redirect("admin:campaigns_script_change", copy.pk)


def _may_change(script: Script | None) -> bool:
    return script is None or script.launched_at is None
