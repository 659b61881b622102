"""Scripts with their questions inline. A launched version is shown, never edited: copy it to a new version instead."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline
from unfold.decorators import action

from campaigns.admin.confirm import asked_for, confirm
from campaigns.admin.preview import preview_page, preview_sound
from campaigns.admin.rehearse import rehearse_page
from campaigns.admin.replay import MAY_REPLAY, replay_urls
from campaigns.admin.script_form import OCCASIONS, QUESTION_FIELDS, QuestionForm, QuestionFormSet, ScriptForm, answer_in_words, sentences
from campaigns.admin.script_pages import conflict_page, faults_in_sentences, other_words, preview, revision_mark, seen, sent_text, spoken, versions
from campaigns.admin.script_typed import PREFIX, sent_for, typed_text
from campaigns.campaign_life import copy_to_new_version
from campaigns.models import Question, Script
from campaigns.scoring import BadRubric, read_rubric
from campaigns.scripting.change_words import value_in_words
from campaigns.scripting.check import faults_of_text
from campaigns.scripting.keeping import new_script, text_of
from campaigns.scripting.merging import conflict_of, with_chosen
from campaigns.scripting.ready import READY
from campaigns.scripting.text import as_json
from campaigns.vouching import log_vouching, vouched_texts
from leads.retelling import retold
from leads.telling import told


class QuestionInline(StackedInline):  # type: ignore[misc]
    model = Question
    form = QuestionForm
    formset = QuestionFormSet
    template = "admin/campaigns/script/questions.html"
    extra = 0
    ordering = ["position"]
    readonly_fields = ["answer", "points", "skip_rules", "other_languages"]

    def get_fields(self, request: HttpRequest, obj: Script | None = None) -> list[Any]:
        if self.has_change_permission(request, obj):
            return QUESTION_FIELDS
        return ["wording", "reask_wording", "answer", "points", "skip_rules", "other_languages"]

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
            return retold(str(problem))
        return render_to_string("admin/campaigns/script/points.html", {"rows": rows})

    @admin.display(description=_("skip rules"))
    def skip_rules(self, question: Question) -> str:
        return value_in_words("skips", question.skips, told)

    @admin.display(description=_("in further languages"))
    def other_languages(self, question: Question) -> SafeString:
        return render_to_string("admin/campaigns/script/other_languages.html", {"said": other_words(question.translations)})


@admin.register(Script)
class ScriptAdmin(ModelAdmin):  # type: ignore[misc]
    form = ScriptForm
    list_display = ["name", "version", "organisation", "language", "n_questions", "hot_threshold", "launched_at"]
    list_filter = ["language"]
    search_fields = ["name", "organisation"]
    ordering = ["name", "-version"]
    inlines = [QuestionInline]
    readonly_fields = ["state", "version", "fixed_sentences", "vouched_by", "other_disclosures"]
    actions_detail = ["hear", "rehearse", "copy_version", "versions", "replay_calls"]
    change_form_template = "admin/campaigns/script/editor.html"

    def get_fieldsets(self, request: HttpRequest, obj: Script | None = None) -> Any:
        may_edit = self.has_change_permission(request, obj) if obj else True
        own_sentences = [PREFIX + name for name in OCCASIONS] if may_edit else ["fixed_sentences"]
        vouching = "vouches" if may_edit else "vouched_by"
        head = [("name", "version"), "state"] if obj else ["name"]
        elsewhere = [] if may_edit else ["other_disclosures"]
        return [
            (
                None,
                {
                    "fields": [
                        *head,
                        ("organisation", "bot_name"),
                        ("language", "hot_threshold"),
                        "disclosure",
                        vouching,
                        *elsewhere,
                    ]
                },
            ),
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

    def get_urls(self) -> list[Any]:
        own = [
            path("preview/", self.admin_site.admin_view(self.preview), name="campaigns_script_preview"),
            path("<int:script_id>/hear/sound/", self.admin_site.admin_view(self.hear_sound), name="campaigns_script_preview_sound"),
            path("ready/<slug:name>/", self.admin_site.admin_view(self.make_ready), name="campaigns_script_ready"),
        ]
        return [*own, *replay_urls(self), *super().get_urls()]

    def get_form(self, request: HttpRequest, obj: Script | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.user_name = request.user.get_username()
        return form

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> Any:
        """A save from an older revision is not applied: both texts are shown, and one's own can be taken up field by field."""
        if request.method == "POST" and object_id and "revision" in request.POST:
            with transaction.atomic():
                script = Script.objects.select_for_update().filter(pk=object_id, launched_at=None).first()
                if script is not None and (answer := self._not_the_newest(request, script)) is not None:
                    return answer
                return super().changeform_view(request, object_id, form_url, extra_context)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _not_the_newest(self, request: HttpRequest, script: Script) -> HttpResponse | None:
        """None: the form may be saved as it is in `request`, which is filled in anew where somebody has chosen on the conflict page."""
        if not self.has_change_permission(request, script):
            return None
        revision = request.POST["revision"]
        base = sent_text(request, "base") or text_of(script)  # where the page does not tell, all that differs is one's own change
        mine = sent_text(request, "mine") if "mine" in request.POST else typed_text(request.POST.dict())
        if mine is None:
            return HttpResponseBadRequest(_("This is no script."))
        if revision != str(script.revision):
            return conflict_page(self, request, script, base, mine)
        if "mine" in request.POST:
            theirs = text_of(script)
            chosen = {int(number) for number in request.POST.getlist("chosen") if number.isdecimal()}
            sent = sent_for(with_chosen(conflict_of(base, theirs, mine), theirs, chosen), script)
            sent.update({"base": json.dumps(as_json(theirs)), "revision": revision, "draft_id": request.POST.get("draft_id", ""), "_continue": "1"})
            request.POST = sent  # type: ignore[assignment]
        return None

    def render_change_form(
        self, request: HttpRequest, context: Any, add: bool = False, change: bool = False, form_url: str = "", obj: Any = None
    ) -> Any:
        sent = request.method == "POST"
        kept = text_of(obj) if obj is not None else typed_text({})
        shown = typed_text(request.POST.dict()) if sent else kept
        context |= {
            "seen": seen(shown),
            "spoken": spoken(),
            "base": request.POST.get("base", "") if sent else json.dumps(as_json(kept)),
            "revision": request.POST.get("revision", "") if sent else getattr(obj, "revision", 0),
            "may_edit": self.has_change_permission(request, obj) if obj else True,
            "ready": READY.values() if add else [],
            "faults": faults_in_sentences(faults_of_text(shown), shown) if obj is not None else [],
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def log_change(self, request: HttpRequest, obj: Script, message: Any) -> Any:
        """With the revision it made, so that whoever comes later can be told by whom: REST makes revisions as well."""
        return super().log_change(request, obj, [*message, *revision_mark(obj.revision)] if isinstance(message, list) else message)

    def save_model(self, request: HttpRequest, obj: Script, form: Any, change: bool) -> None:
        kept = Script.objects.filter(pk=obj.pk).first()
        if form.cleaned_data.get("vouches"):
            obj.vouch(by=request.user.get_username())
        if change:
            obj.revision += 1
        super().save_model(request, obj, form, change)
        log_vouching(obj, vouched_texts(kept) if kept else {}, by=request.user.get_username())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        script = Script.objects.get(pk=form.instance.pk)
        if faults := faults_of_text(text_of(script)):
            n = len(faults)
            messages.warning(request, _("Kept as a draft. It cannot be launched yet: %(n)s faults are shown beside the questions.") % {"n": n})

    def response_change(self, request: HttpRequest, obj: Script) -> HttpResponse:
        return _told_saved(request, super().response_change(request, obj))

    def response_add(self, request: HttpRequest, obj: Script, post_url_continue: str | None = None) -> HttpResponse:
        return _told_saved(request, super().response_add(request, obj, post_url_continue))

    @action(description=_("Preview"), permissions=["view"], icon="volume_up")
    def hear(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return preview_page(self, request, asked_for(self, request, object_id), None)

    def hear_sound(self, request: HttpRequest, script_id: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return preview_sound(request, asked_for(self, request, str(script_id)), None)

    def preview(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not (self.has_add_permission(request) or self.has_change_permission(request)):
            return HttpResponse(status=405 if request.method != "POST" else 403)
        return preview(request)

    def make_ready(self, request: HttpRequest, name: str) -> HttpResponse:
        """A draft from one of the ready scripts."""
        if request.method != "POST" or name not in READY or not self.has_add_permission(request):
            return HttpResponse(status=405 if request.method != "POST" else 404 if name not in READY else 403)
        script = new_script(READY[name].text)
        self.log_addition(request, script, [{"added": {}}])
        messages.success(request, _("This is a draft of your own. Write for whom you call, and change what you like."))
        return redirect("admin:campaigns_script_change", script.pk)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Script]:
        queryset: QuerySet[Script] = super().get_queryset(request).annotate(questions_count=Count("questions"))
        return queryset

    def has_change_permission(self, request: HttpRequest, obj: Script | None = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and _may_change(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Script | None = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and _may_change(obj)

    def has_replay_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """It changes nothing, so a launched version may be replayed, too."""
        return bool(request.user.has_perm(MAY_REPLAY) and self.has_view_permission(request))

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

    @admin.display(description=_("in further languages"))
    def other_disclosures(self, script: Script) -> SafeString:
        return render_to_string("admin/campaigns/script/other_languages.html", {"said": other_words(script.translations)})

    @admin.display(description=_("what is said"))
    def fixed_sentences(self, script: Script) -> SafeString:
        return render_to_string("admin/campaigns/script/sentences.html", {"sentences": sentences(script)})

    @action(description=_("Rehearse"), permissions=["view"], icon="mic", url_path="rehearse")
    def rehearse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return rehearse_page(self, request, asked_for(self, request, object_id))

    @action(description=_("Versions"), permissions=["view"], icon="history", url_path="versions")
    def versions(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return versions(self, request, asked_for(self, request, object_id))

    @action(description=_("Replay calls with other points"), permissions=["replay"], icon="replay", url_path="replay-calls")
    def replay_calls(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Not named `replay`: unfold names its address by it, and the page's own would lead back here for ever."""
        return redirect("admin:campaigns_script_replay", asked_for(self, request, object_id).pk)

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


def _told_saved(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """So that the browser forgets its own copy of what was typed, and not before."""
    draft = request.POST.get("draft_id", "")
    if draft.isalnum() and len(draft) <= 40:
        response.set_cookie("sq-saved-draft", draft, max_age=30 * 24 * 3600, samesite="Lax", path=reverse("admin:index"))
    return response


def _may_change(script: Script | None) -> bool:
    return script is None or script.launched_at is None
