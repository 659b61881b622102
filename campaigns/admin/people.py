"""Users and groups in the console's dress. Who is no administrator can neither make one nor become one here.

A user's roles come first, then which campaigns they see; every change of rights is kept in the audit log.
"""

# mypy: disallow-untyped-decorators=False
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldBooleanWidget

from campaigns.access.noting import group_rights, note_rights, rights_of
from campaigns.access.roles import PREFIX, ROLES, Rights, Role, role_of_group
from campaigns.models import Campaign, CampaignAccess

RIGHTS = ["is_staff", "is_superuser", "groups", "user_permissions"]
CHOSEN = ["roles", "is_limited", "only_campaigns"]

admin.site.unregister(User)
admin.site.unregister(Group)


class PersonForm(UserChangeForm):  # type: ignore[misc]
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        required=False,
        choices=[(role.value, rights.title) for role, rights in ROLES.items()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("What each may do stands under Roles. A rep needs no access to the console; all others need “staff status”"),
    )
    is_limited = forms.BooleanField(
        label=_("Sees only some campaigns"), required=False, widget=UnfoldBooleanWidget, help_text=_("Without it: all of them, also those to come")
    )
    only_campaigns = forms.ModelMultipleChoiceField(
        Campaign.objects.order_by("name"), label=_("These campaigns"), required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "groups" in self.fields:
            self.fields["groups"].queryset = Group.objects.exclude(name__startswith=PREFIX)
        access = CampaignAccess.objects.filter(user=self.instance).first()
        self.initial |= {
            "roles": [role.value for role in roles_of(self.instance)],
            "is_limited": access is not None,
            "only_campaigns": list(access.campaigns.all()) if access else [],
        }


def roles_of(user: User) -> list[Role]:
    return [role for group in user.groups.all() if (role := role_of_group(group.name)) is not None] if user.pk else []


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg, misc]
    form = PersonForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "first_name", "last_name", "their_roles", "their_campaigns", "is_active", "is_staff", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "groups"]
    actions_list = ["what_roles_may"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows: QuerySet[User] = super().get_queryset(request).prefetch_related("groups", "campaign_access__campaigns")
        return rows

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return _with_rights(super().get_object(request, object_id, from_field), "user_permissions")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sets = list(super().get_fieldsets(request, obj))
        if obj is None:
            return sets
        first = CHOSEN if self._may_give_rights(request, obj) else ["their_roles", "their_campaigns"]
        return [sets[0], (_("Roles"), {"fields": first}), *sets[1:]]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["last_login", "date_joined", "their_roles", "their_campaigns", *([] if request.user.is_superuser else RIGHTS)]

    def _may_give_rights(self, request: HttpRequest, obj: Any) -> bool:
        return bool(request.user.is_superuser) and self.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and _may_touch(request, obj)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        form.rights_before = rights_of(form.instance) if change else {}
        return super().save_form(request, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Here all of it is saved, so here it is known what changed."""
        with transaction.atomic():
            roles = roles_of(form.instance)  # the form's own groups are about to take their place
            super().save_related(request, form, formsets, change)
            if "roles" in form.cleaned_data and self._may_give_rights(request, form.instance):
                _give(form.instance, form.cleaned_data)
            elif "groups" in form.cleaned_data:
                form.instance.groups.add(*Group.objects.filter(name__in=[role.group_name for role in roles]))
            note_rights("user", form.instance.pk, form.rights_before, rights_of(form.instance), by=request.user.get_username())

    def get_urls(self) -> list[URLPattern]:
        return [path("roles/", self.admin_site.admin_view(self.roles), name="auth_user_roles"), *super().get_urls()]

    @action(description=_("What each role may do"), icon="badge")
    def what_roles_may(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:auth_user_roles")

    def roles(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        people = self.get_queryset(request).filter(is_active=True).order_by("username")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Roles"),
            "roles": [RoleCard(role, rights, [user for user in people if role in roles_of(user)]) for role, rights in ROLES.items()],
            "administrators": [user for user in people if user.is_superuser],
        }
        return TemplateResponse(request, "admin/auth/user/roles.html", context)

    @admin.display(description=_("roles"))
    def their_roles(self, user: User) -> Any:
        return ", ".join(str(ROLES[role].title) for role in roles_of(user)) or "–"

    @admin.display(description=_("sees campaigns"))
    def their_campaigns(self, user: User) -> Any:
        access = getattr(user, "campaign_access", None)
        if access is None or user.is_superuser:
            return _("all")
        return ", ".join(campaign.name for campaign in access.campaigns.all()) or _("none")


@dataclass(frozen=True, slots=True)
class RoleCard:
    role: Role
    rights: Rights
    people: Iterable[User]


def _give(user: User, chosen: dict[str, Any]) -> None:
    roles = Group.objects.filter(name__in=[Role(value).group_name for value in chosen["roles"]])
    user.groups.set([*user.groups.exclude(name__startswith=PREFIX), *roles])
    if not chosen["is_limited"]:
        CampaignAccess.objects.filter(user=user).delete()
        return
    access, _is_new = CampaignAccess.objects.get_or_create(user=user)
    access.campaigns.set(chosen["only_campaigns"])


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]
    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return _with_rights(super().get_object(request, object_id, from_field), "permissions")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A group one belongs to is a way to more rights. A role is what the product says it is."""
        return bool(request.user.is_superuser) and not _is_role(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and not _is_role(obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def get_actions(self, request: HttpRequest) -> Any:
        """No deleting of many at once: a role could be among them."""
        return {name: each for name, each in super().get_actions(request).items() if name != "delete_selected"}

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        form.rights_before = group_rights(form.instance) if change else {}
        return super().save_form(request, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        note_rights("group", form.instance.pk, form.rights_before, group_rights(form.instance), by=request.user.get_username())


def _with_rights(row: Any, rights: str) -> Any:
    """Each permission names what it is of: fetched for all at once."""
    if row is not None:
        prefetch_related_objects([row], f"{rights}__content_type")
    return row


def _is_role(group: Any) -> bool:
    return isinstance(group, Group) and role_of_group(group.name) is not None


def _may_touch(request: HttpRequest, user: Any) -> bool:
    """Another's password is another's rights: staff belong to administrators; everybody may change their own page."""
    is_stronger = isinstance(user, User) and (user.is_staff or user.is_superuser) and user.pk != request.user.pk
    return bool(request.user.is_superuser) or not is_stronger
