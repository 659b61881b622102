"""A long file on its way to whoever asked for it: piece by piece, as it is made, and never held whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db.models import Q, QuerySet
from django.http import HttpRequest, StreamingHttpResponse

from campaigns.access.middleware import COMPOSED, mask
from campaigns.access.viewer import Viewer
from leads.long_lists import rows_of

BATCH = 500
BETWEEN = "\x1e"  # no page and no cell holds it


def sent(request: HttpRequest, pieces: Iterator[bytes], *, content_type: str, name: str) -> StreamingHttpResponse:
    """The pieces are composed for this viewer, numbers masked: nothing looks at them on their way out."""
    content = _asked_for(pieces) if isinstance(request, ASGIRequest) else pieces
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    setattr(response, COMPOSED, True)
    return response


async def _asked_for(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Each made in the request's thread when the server asks for it: a plain iterator would be read to its end first."""
    following = sync_to_async(lambda: next(pieces, None))
    while (piece := await following()) is not None:
        yield piece


def batches_of(rows: QuerySet[Any], *order: str, columns: Sequence[str] = ()) -> Iterator[list[Any]]:
    """All of them in this order, ascending, up to BATCH at a time, each with queries of its own: no cursor stays open while a slow reader reads.

    The last of `order` tells rows apart that the others do not. With `columns`, which have "pk" and `order` among them, rows come with these alone.
    """
    rows, following = rows.order_by(*order), Q()
    wanted = rows.values_list(*columns, named=True) if columns else rows
    # Their keys come first: asked for all at once, the database reads what is beside every row before it puts the first few in order.
    while batch := rows_of(list(rows.filter(following).values_list("pk", flat=True)[:BATCH]), wanted):
        yield batch
        last = [getattr(batch[-1], name) for name in order]
        following = Q(**{f"{order[0]}__gte": last[0]}) & _after(order, last)


def _after(order: Sequence[str], last: Sequence[Any]) -> Q:
    after = Q(**{f"{order[0]}__gt": last[0]})
    return after | (Q(**{order[0]: last[0]}) & _after(order[1:], last[1:])) if len(order) > 1 else after


def masked(texts: Sequence[str], viewer: Viewer) -> list[str]:
    """Without people's numbers, for who may not see them; looked up once for all of them."""
    if viewer.sees_numbers or not texts:
        return list(texts)
    plain = (text.replace(BETWEEN, "") for text in texts)
    return mask(BETWEEN.join(plain).encode("utf-8", errors="replace")).decode().split(BETWEEN)
