"""Every page of the console asks the viewer first: which rows, which fields to search and filter by, which choices in a form.

`ConsoleSite` puts this before whatever is registered, so that a page that is added later has it without anybody's doing.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin import RelatedFieldListFilter
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import override
from unfold.sites import UnfoldAdminSite

from campaigns.access.viewer import LEAD_OF, Viewer, viewer_on
from leads.deleting import related_to, told_in_figures
from leads.long_lists import BoundedList, BoundedPaginator

COUNTED_ONE_BY_ONE = 500
NUMBERS = frozenset({"phone", "number", "phone_digest"})
PEOPLE = frozenset({"name", "external_id", "custom_fields", "quote", "text", "heard_text", "evidence"})
OF_PEOPLE = frozenset({"lead", "consentrecord"})  # whose name and words these are; a campaign's name is nobody's


def is_hidden(lookup: str, model: type[Model], viewer: Viewer) -> bool:
    """Whether searching, filtering or sorting by this would tell what the viewer may not see. "lead__phone__startswith" on a call, say."""
    parts = lookup.lstrip("^=@-").split("__")
    if not viewer.sees_numbers and NUMBERS & set(parts):
        return True
    is_of_people = model._meta.model_name in OF_PEOPLE or bool(OF_PEOPLE & set(parts[:-1])) or "turns" in parts or "answers" in parts
    return not viewer.sees_people and is_of_people and bool(PEOPLE & set(parts))


# What every other table tells may be a person's name or words.
NAMELESS = frozenset(
    {
        "auth.group",
        "auth.user",
        "campaigns.apikey",
        "campaigns.call",  # its page leaves them out
        "campaigns.campaign",
        "campaigns.dialingstop",
        "campaigns.flightentry",
        "campaigns.judgement",
        "campaigns.line",
        "campaigns.linecheck",
        "campaigns.numbercheck",
        "campaigns.organisation",
        "campaigns.preflight",
        "campaigns.preparedclip",
        "campaigns.rep",
        "campaigns.retryrule",
        "campaigns.script",
        "campaigns.webhookendpoint",
        "leads.auditentry",
        "leads.holidayconfirmation",
        "leads.packacknowledgement",
    }
)


class OwnChoices(RelatedFieldListFilter):
    """Offers the rows that the viewer may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        rows = viewer_on(request).within(field.remote_field.model._default_manager.all())
        ordering = self.field_admin_ordering(field, request, model_admin)
        return [(row.pk, str(row)) for row in (rows.order_by(*ordering) if ordering else rows).distinct()]


class Guarded:
    """Stands before a ModelAdmin. Lists are bounded, too: none is counted to its end, however long it grows."""

    model: type[Model]
    admin_site: Any
    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50  # a hundred rows of ten cells take as long to draw as to find

    def get_paginator(self, request: HttpRequest, rows: QuerySet[Any], per_page: int, *args: Any, **kwargs: Any) -> BoundedPaginator:
        """Whose leads are looked up one by one has fewer of them counted."""
        pages: BoundedPaginator = super().get_paginator(request, rows, per_page, *args, **kwargs)  # type: ignore[misc]
        if viewer_on(request).limit is not None and self._label in LEAD_OF:
            pages.counted = COUNTED_ONE_BY_ONE
        return pages

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        shown = super().get_changelist(request, **kwargs)  # type: ignore[misc]
        return type(shown.__name__, (BoundedList, shown), {})

    @property
    def _label(self) -> str:
        return self.model._meta.label_lower

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        return viewer_on(request).within(rows)

    def _is_shown(self, request: HttpRequest) -> bool:
        return self._label in NAMELESS or viewer_on(request).sees_people

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_view_permission(request, obj)) and self._is_shown(request)  # type: ignore[misc]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(super().has_module_permission(request)) and self._is_shown(request)  # type: ignore[misc]

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return bool(super().has_add_permission(request, *args)) and self._is_shown(request) and viewer_on(request).may_add(self._label)  # type: ignore[misc]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and self._is_shown(request) and viewer_on(request).may_change(self._label)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and self._is_shown(request) and viewer_on(request).may_change(self._label)  # type: ignore[misc]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Before anything is deleted: a line with half a million calls is refused with their number, and not with each of their names."""
        found = related_to(self.model._base_manager.filter(pk__in=[row.pk for row in objs]))
        if found.are_few:
            return super().get_deleted_objects(objs, request)  # type: ignore[misc]
        return told_in_figures(list(objs), found, self.admin_site, request)

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        viewer = viewer_on(request)
        return [name for name in super().get_search_fields(request) if not is_hidden(name, self.model, viewer)]  # type: ignore[misc]

    def get_sortable_by(self, request: HttpRequest) -> list[Any]:
        viewer = viewer_on(request)
        return [name for name in super().get_sortable_by(request) if not is_hidden(str(name), self.model, viewer)]  # type: ignore[misc]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [self._own(each) for each in super().get_list_filter(request)]  # type: ignore[misc]

    def _own(self, list_filter: Any) -> Any:
        is_relation = isinstance(list_filter, str) and "__" not in list_filter and self.model._meta.get_field(list_filter).is_relation
        return (list_filter, OwnChoices) if is_relation else list_filter

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Django lets anybody filter by any field of the row and of its neighbours."""
        if request is None or is_hidden(lookup, self.model, viewer_on(request)):
            return False
        return bool(super().lookup_allowed(lookup, value, request))  # type: ignore[misc]

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> Any:
        """The choices of a field that names another row."""
        rows = super().get_field_queryset(db, db_field, request)  # type: ignore[misc]
        viewer = viewer_on(request)
        if viewer.limit is None:
            return rows
        return viewer.within(db_field.remote_field.model._default_manager.using(db) if rows is None else rows)

    # Kept, and read by others: what the history calls a row is English, whoever changed it.

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        with override(settings.LANGUAGE_CODE):
            return super().log_addition(request, obj, message)  # type: ignore[misc]

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        with override(settings.LANGUAGE_CODE):
            return super().log_change(request, obj, message)  # type: ignore[misc]

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        with override(settings.LANGUAGE_CODE):
            return super().log_deletions(request, queryset)  # type: ignore[misc]


class ConsoleSite(UnfoldAdminSite):  # type: ignore[misc]
    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        if admin_class is None:
            raise AssertionError("each page of the console has an admin class of its own")
        super().register(model_or_iterable, type(admin_class.__name__, (Guarded, admin_class), {"__module__": admin_class.__module__}), **options)
