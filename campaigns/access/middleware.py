"""The last line in front of people's numbers: whatever page, file or reply of the console or the API goes to somebody who may not see them goes
without them. Pages need not think of it, and one that is added later cannot forget it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponseBase

from campaigns.access.viewer import Viewer, viewer_on
from campaigns.models import Line, StrangerCall
from leads.masking import mask_numbers_in
from leads.models import DoNotCallEntry, DoNotCallRemoval, Lead

CONSOLE, API = "/admin/", "/api/"
SOUND_AND_PICTURES = ("audio/", "image/", "font/")
# Set on a reply that was composed for this very viewer, numbers masked: what is hashed or is no text must reach them as it is.
COMPOSED = "is_composed_for_viewer"
HOLDERS = (Lead, DoNotCallEntry, DoNotCallRemoval, StrangerCall)


class MaskNumbers:
    """Stands within the keeper of repeated replies, so that what is kept has no numbers either."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        viewer = _viewer(request)
        is_composed = getattr(response, COMPOSED, False)
        if viewer is None or viewer.sees_numbers or is_composed or response.get("Content-Type", "").startswith(SOUND_AND_PICTURES):
            return response
        if response.streaming:
            response.streaming_content = [mask(b"".join(response), _shown(request))]  # type: ignore[attr-defined]
        else:
            response.content = mask(response.content, _shown(request))  # type: ignore[attr-defined]
        return response


def _viewer(request: HttpRequest) -> Viewer | None:
    """None: the page is nobody's in particular, or the reps', who have one of their own."""
    if request.path.startswith(API):
        viewer: Viewer | None = getattr(request, "viewer", None)  # None: there was no valid key, so nothing was told
        return viewer
    return viewer_on(request) if request.path.startswith(CONSOLE) and request.user.is_authenticated else None


def _shown(request: HttpRequest) -> str:
    """The one number that this reply was asked for with a reason; "": none."""
    return str(getattr(request, "may_show", ""))


def mask(content: bytes, shown: str = "") -> bytes:
    """What is no text in UTF-8 holds no page of ours, and nothing that was added is let through unread."""
    return mask_numbers_in(content.decode("utf-8", errors="replace"), known=somebodys, ours=lambda: (*ours(), shown)).encode()


def somebodys(digits: Iterable[str]) -> set[str]:
    numbers = [f"+{each}" for each in digits]
    return {str(phone) for model in HOLDERS for phone in model._default_manager.filter(phone__in=numbers).values_list("phone", flat=True)}


def ours() -> Iterable[str]:
    return Line.objects.values_list("number", flat=True)
