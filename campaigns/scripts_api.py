"""REST for scripts: read with their revision, changed only against the revision they were read at; mounted by the project."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Header, Router, Status

from campaigns import rehearsals
from campaigns.access.viewer import viewer_on
from campaigns.api import asker, create_script, problem
from campaigns.briefs import standard_disclosure
from campaigns.campaign_life import copy_to_new_version
from campaigns.models import Script
from campaigns.script_out_schemas import ScriptChange, ScriptOut, ScriptRow, WaiverIn
from campaigns.script_schemas import ScriptIn, ScriptTranslationIn
from campaigns.scripting.check import faults_of_text
from campaigns.scripting.keeping import Launched, Stale, save_text, text_of
from campaigns.scripting.text import SCRIPT_FIELDS, QuestionText, ScriptText
from campaigns.vouching import log_vouching, vouched_texts
from leads.schemas import Problems

router = Router(tags=["scripts"])


@router.get("/scripts", response=list[ScriptRow])
def list_scripts(request: HttpRequest, name: str = "") -> QuerySet[Script]:
    """By name, newest version first."""
    scripts = Script.objects.order_by("name", "-version")
    return scripts.filter(name=name) if name else scripts


@router.post("/scripts", response={201: ScriptOut})
def add_script(request: HttpRequest, response: HttpResponse, body: ScriptIn) -> Status[Any]:
    """A draft: version 1 of its name, or the next one."""
    with transaction.atomic():
        script = create_script(body, by=asker(request), is_recorded=True)
    return Status(201, _told(script, response))


@router.get("/scripts/{script_id}", response=ScriptOut)
def get_script(request: HttpRequest, response: HttpResponse, script_id: int) -> dict[str, Any]:
    """Its revision is the ETag as well."""
    return _told(get_object_or_404(Script, id=script_id), response)


@router.put("/scripts/{script_id}", response={200: ScriptOut, 409: Problems, 422: Problems, 428: Problems})
def change_script(
    request: HttpRequest, response: HttpResponse, script_id: int, body: ScriptChange, if_match: Annotated[str | None, Header()] = None
) -> Status[Any]:
    """409 where somebody has saved it since, or it was launched: nothing is changed then. Read it again, and send what you want on top."""
    revision = _revision(if_match) if if_match is not None else body.revision
    if revision is None:
        return Status(428, problem("revision", "Say which revision you have read: send it as `revision`, or its ETag as If-Match."))
    get_object_or_404(Script, id=script_id)
    try:
        with transaction.atomic():
            script = save_text(script_id, _text(body), revision=revision)
            _vouch(script, body, by=asker(request))
    except Stale as stale:
        now = stale.current.revision
        return Status(
            409, problem("revision", f"Somebody has changed this script: it is at revision {now}, and you have read {revision}. Read it again.")
        )
    except Launched:
        return Status(409, problem("script", "This version was launched, and never changes. Copy it: POST /scripts/{id}/versions."))
    except IntegrityError:
        return Status(422, problem("name", "Another script of this name has this version. Choose another name."))
    return Status(200, _told(script, response))


@router.post("/scripts/{script_id}/versions", response={201: ScriptOut})
def add_version(request: HttpRequest, response: HttpResponse, script_id: int) -> Status[Any]:
    """The next version of this script, a draft with the same words and questions."""
    return Status(201, _told(copy_to_new_version(get_object_or_404(Script, id=script_id)), response))


@router.post("/scripts/{script_id}/rehearsal-waiver", response={200: ScriptOut, 422: Problems})
def waive_rehearsal(request: HttpRequest, response: HttpResponse, script_id: int, body: WaiverIn) -> Status[Any]:
    """Campaigns may then start with this script as it reads now without a rehearsal. Kept for good, with who and why."""
    viewer = viewer_on(request)
    if not viewer.may(rehearsals.PERMISSION):
        raise PermissionDenied
    script = get_object_or_404(viewer.within(Script.objects.all()), id=script_id)
    try:
        rehearsals.waive(script, by=f"{body.by.strip() or asker(request)} ({asker(request)})", why=body.why)
    except rehearsals.NotWaived as refused:
        return Status(422, problem("why", str(refused)))
    return Status(200, _told(script, response))


def _revision(etag: str) -> int:
    """-1, which no script has, for what is no ETag of ours."""
    plain = etag.strip().removeprefix("W/").strip('"')
    return int(plain) if plain.isdecimal() else -1


def _text(body: ScriptChange) -> ScriptText:
    """Only what was sent of a translation is kept, so that what is missing is seen to be missing."""
    own = {name: getattr(body, name) for name in (*SCRIPT_FIELDS, "lines")}
    rows = [{**question.model_dump(mode="json", exclude_unset=True), "choices": tuple(question.choices)} for question in body.questions]
    return ScriptText(
        **{**own, "disclosure": body.disclosure or standard_disclosure()},
        translations={language: _said(words, language) for language, words in body.translations.items()},
        questions=tuple(QuestionText(**row) for row in rows),
    )


def _said(words: ScriptTranslationIn, language: str) -> dict[str, Any]:
    disclosure = words.disclosure or standard_disclosure(language=language)
    return {**words.model_dump(exclude_unset=True), **({"disclosure": disclosure} if disclosure else {})}


def _vouch(script: Script, body: ScriptChange, *, by: str) -> None:
    if body.vouch_for_disclosure:
        before = vouched_texts(script)
        for language in script.languages:
            script.vouch(by=by, language=language)
        script.save(update_fields=["disclosure_vouched_by", "disclosure_vouched_text", "translations"])
        log_vouching(script, before, by=by)


def _told(script: Script, response: HttpResponse) -> dict[str, Any]:
    response["ETag"] = f'"{script.revision}"'
    text = text_of(script)
    names = ("id", "version", "revision", "launched_at", "disclosure_vouched_by")
    own = {field.name: getattr(text, field.name) for field in fields(ScriptText)}
    told = {name: getattr(script, name) for name in names}
    return {
        **own,
        **told,
        "further_languages": script.further_languages,
        "faults": faults_of_text(text),
        "rehearsal": _rehearsal(script),
    }


def _rehearsal(script: Script) -> dict[str, Any]:
    standing = rehearsals.rehearsal_of(script)
    state = "waived" if standing.is_waived else "passed" if standing.is_passed else "missing" if standing.obstacles else "not_needed"
    one = standing.passed
    kept = {"by": one.started_by, "at": one.started_at, "why": one.why} if one else {"by": "", "at": None, "why": ""}
    return {"state": state, **kept, "obstacles": list(standing.obstacles)}
