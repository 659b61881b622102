"""Signing in and coming in: where a person goes after login, the first administrator, invitations."""

from __future__ import annotations

from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from campaigns.handoff.forms import AdministratorForm, InvitationForm, RepForm
from campaigns.handoff.invitations import (
    SetupIsOver,
    accept_invitation,
    create_administrator,
    invite_link,
    invite_rep,
    invited_user,
    is_setup_open,
)
from campaigns.models import Rep

BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignIn(LoginView):
    template_name = "account/login.html"
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        return home_of(self.request.user) if isinstance(self.request.user, User) else super().get_default_redirect_url()


def home_of(user: User) -> str:
    """Reps work in the queue, everybody else of the staff in the console."""
    is_rep = Rep.objects.filter(user=user).exists()
    return reverse("admin:index") if user.is_staff and not is_rep else reverse("queue")


@never_cache
def front_door(request: HttpRequest) -> HttpResponse:
    """The address without a path: to where each works, or to sign in and then there."""
    return redirect(home_of(request.user) if isinstance(request.user, User) else "login")


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """The first administrator; afterwards the address is as if it had never been."""
    if not is_setup_open(token):
        return _link_is_over(request)
    form = AdministratorForm(request.POST or None)
    if not form.is_valid():
        return render(request, "account/setup.html", {"form": form})
    wanted = form.cleaned_data
    try:
        user = create_administrator(username=wanted["username"], email=wanted["email"], password=wanted["password"])
    except SetupIsOver:
        return _link_is_over(request)
    login(request, user, BACKEND)
    return redirect("admin:index")


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, uidb64: str, token: str) -> HttpResponse:
    user = invited_user(uidb64, token)
    if user is None:
        return _link_is_over(request)
    rep = Rep.objects.filter(user=user).first()
    form = InvitationForm(request.POST or None, user=user, rep=rep)
    if not form.is_valid():
        return render(request, "account/invitation.html", {"form": form, "invited": user, "rep": rep})
    accept_invitation(user, password=form.cleaned_data["password"], number=form.cleaned_data.get("number"), now=timezone.now())
    login(request, user, BACKEND)
    return redirect(home_of(user))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """A manager makes a rep and gets the link to send. The number counts as verified only when somebody says so in the console."""
    if not (request.user.is_staff and request.user.has_perm("campaigns.add_rep")):
        raise PermissionDenied("Only managers may invite reps.")
    form = RepForm(request.POST or None)
    if not form.is_valid():
        return render(request, "account/invite.html", {"form": form})
    rep = invite_rep(name=form.cleaned_data["name"], email=form.cleaned_data["email"], number=form.cleaned_data["number"])
    link = request.build_absolute_uri(invite_link(rep.user))
    return render(request, "account/invited.html", {"rep": rep, "link": link})


def _link_is_over(request: HttpRequest) -> HttpResponse:
    return render(request, "account/link_is_over.html", status=404)
