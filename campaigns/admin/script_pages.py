"""The pages around a script's form: the check while somebody writes, ready scripts, versions side by side, and two people's changes."""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.admin.script_form import OCCASIONS
from campaigns.admin.script_typed import typed_text
from campaigns.briefs import standard_lines
from campaigns.inbound_sentences import in_language
from campaigns.models import Script
from campaigns.script_check import ScriptFault
from campaigns.scripting.change_words import Said, in_words, say
from campaigns.scripting.check import faults_of_text
from campaigns.scripting.flow import flow_of
from campaigns.scripting.flow_picture import flow_in_words, flow_svg
from campaigns.scripting.keeping import text_of, unsaid_in
from campaigns.scripting.merging import Conflict, conflict_of
from campaigns.scripting.missing import missing_in
from campaigns.scripting.text import ScriptText, as_json, from_json, languages_of
from leads.retelling import retold
from leads.said import sentence
from leads.telling import told

# As people call them; any other language by its code.
LANGUAGES = {"en": "English", "sw": "Kiswahili", "fr": "Français", "pt": "Português", "ha": "Hausa", "am": "አማርኛ", "ar": "العربية", "so": "Soomaali"}


def seen(text: ScriptText) -> dict[str, Any]:
    """What a script's page shows of it beside the form: picture, words, faults, best score, and how much is missing by language."""
    return {
        "flow": render_to_string(
            "admin/campaigns/script/flow.html", {"svg": flow_svg(text.questions, told), "words": flow_in_words(text.questions, told)}
        ),
        "faults": [{"question": fault.question_key, "message": retold(fault.message)} for fault in faults_of_text(text)],
        "best": flow_of(text.questions).best_score,
        "missing": {language: len(missing_in(language, text, unsaid=unsaid_in(language))) for language in languages_of(text)},
        "keys": list(text.keys),
    }


def preview(request: HttpRequest) -> HttpResponse:
    """Of what stands in the form now; nothing is saved."""
    return JsonResponse(seen(typed_text(request.POST.dict())))


def spoken() -> dict[str, Any]:
    """For the language tabs: what languages are called, and what is said in them where a script has no words."""
    unsaid = {language: unsaid_in(language) for language in LANGUAGES}
    texts = {language: {**in_language(language).said, **standard_lines(language)} for language in LANGUAGES}
    from_standard = {language: {name: said[name] for name in OCCASIONS if name not in unsaid[language]} for language, said in texts.items()}
    return {"names": LANGUAGES, "standard": from_standard, "unsaid": unsaid, "all": list(OCCASIONS)}


def other_words(translations: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, list[str]]]:
    """By language as people call it: all texts that are written in it, a list of choices as one."""
    return [(LANGUAGES.get(language, language), _texts(said)) for language, said in translations.items()]


def _texts(said: Mapping[str, Any]) -> list[str]:
    """Without who vouches, which is not said."""
    plain = [value for name, value in said.items() if not name.startswith("vouch")]
    flat = [" / ".join(value) if isinstance(value, list) else value for value in plain]
    return [text for value in flat for text in (value.values() if isinstance(value, Mapping) else [value]) if text]


def faults_in_sentences(faults: Sequence[ScriptFault], text: ScriptText) -> list[str]:
    """Each with the question it is about."""
    return [_numbered(fault, retold(fault.message), text) for fault in faults]


def _numbered(fault: ScriptFault, message: str, text: ScriptText) -> str:
    if not fault.question_key:
        return message
    return told(sentence("Question %(key)s: %(fault)s", key=text.keys.index(fault.question_key) + 1, fault=message))


def versions(model_admin: Any, request: HttpRequest, script: Script) -> HttpResponse:
    """All versions of one name, and the difference of two of them: `?old=1&new=2`."""
    rows = list(Script.objects.filter(name=script.name).annotate(n_questions=Count("questions")).order_by("-version"))
    by_version = {str(row.version): row for row in rows}
    new = by_version.get(request.GET.get("new", ""), rows[0])
    older = [row for row in rows if row.version < new.version]
    old = by_version.get(request.GET.get("old", ""), older[0] if older else new)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": script,
        "title": _("Versions of “%(name)s”") % {"name": script.name},
        "rows": [(row, _campaigns_of(row)) for row in rows],
        "old": old,
        "new": new,
        "changes": grouped(in_words(text_of(old), text_of(new), told)) if old != new else [],
    }
    return TemplateResponse(request, "admin/campaigns/script/versions.html", context)


def _campaigns_of(script: Script) -> list[str]:
    return list(script.campaigns.order_by("name").values_list("name", flat=True))


def grouped(changes: Sequence[Said]) -> list[tuple[str, str, list[Said]]]:
    """By question, the script itself first: its key, its wording, its changes."""
    keys = dict.fromkeys(change.question for change in changes)
    groups = [(key, [change for change in changes if change.question == key]) for key in keys]
    return [(key, said[0].wording, said) for key, said in groups]


def sent_text(request: HttpRequest, name: str) -> ScriptText | None:
    """A whole script in one field of the page: as this person opened it, or as they left it. None: the page did not tell."""
    try:
        return from_json(json.loads(request.POST.get(name, "")))
    except ValueError:
        return None


def conflict_page(model_admin: Any, request: HttpRequest, script: Script, base: ScriptText, mine: ScriptText) -> HttpResponse:
    """Somebody else has saved since: both texts, and one's own to be taken up where one wants. Nothing is saved yet."""
    theirs = text_of(script)
    conflict = conflict_of(base, theirs, mine)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": script,
        "title": _("Somebody else has changed this script"),
        "last": last_change(script),
        "theirs": grouped([say(change, base, theirs, told) for change in conflict.theirs]),
        "own": _own(conflict, base, mine, theirs),
        "base": json.dumps(as_json(base)),
        "mine": json.dumps(as_json(mine)),
        "draft_id": request.POST.get("draft_id", ""),
        "back_url": reverse("admin:campaigns_script_change", args=[script.pk]),
    }
    return TemplateResponse(request, "admin/campaigns/script/conflict.html", context, status=409)


def _own(conflict: Conflict, base: ScriptText, mine: ScriptText, theirs: ScriptText) -> list[dict[str, Any]]:
    """Each change of one's own against what is saved now: its words, and theirs where they meet."""
    return [
        {
            "number": own.number,
            "said": say(own.change, base, mine, told),
            "theirs": say(own.theirs, base, theirs, told) if own.theirs else None,
        }
        for own in conflict.mine
    ]


def last_change(script: Script) -> LogEntry | None:
    """Who made the revision it is at, and when; None: not done in the console, or not known."""
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Script), object_id=str(script.pk))
    entry = entries.select_related("user").order_by("-action_time", "-pk").first()
    return entry if entry and json.dumps(revision_mark(script.revision))[1:-1] in entry.change_message else None


def revision_mark(revision: int) -> list[dict[str, Any]]:
    """In the words of Django's log: added revision “3”."""
    return [{"added": {"name": "revision", "object": str(revision)}}]
