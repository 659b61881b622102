"""The buttons of a page: which row they are about, and one page that asks first. A GET shows it, only its POST does the thing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from leads.telling import told


def asked_for(model_admin: Any, request: HttpRequest, object_id: str) -> Any:
    """The row of a button's address; 404 for an id that is none."""
    row = model_admin.get_object(request, object_id)
    if row is None:
        raise Http404
    return row


def confirm(
    model_admin: Any,
    request: HttpRequest,
    subject: Model | None,
    *,
    title: Any,
    sentence: Any,
    button: Any,
    obstacles: Sequence[str] = (),
    form: Form | None = None,
    is_dangerous: bool = False,
    back_url: str = "",
) -> HttpResponse:
    """With `obstacles` there is no button: they are shown instead. `back_url`: needed without a `subject`, whose page it is else."""
    opts = model_admin.opts
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": opts,
        "original": subject,
        "back_url": back_url or reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[subject.pk if subject else None]),
        "title": title,
        "sentence": sentence,
        "button": button,
        "obstacles": [told(obstacle) for obstacle in obstacles],
        "form": form,
        "is_dangerous": is_dangerous,
    }
    # A page that asks without leaving itself fetches the same question, to show it as a dialog.
    template = "admin/confirm_dialog.html" if request.headers.get("X-Dialog") else "admin/confirm.html"
    return TemplateResponse(request, template, context)
