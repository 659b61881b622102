"""The queue, signing in, coming in; and the queue's socket."""

from django.contrib.auth import views as auth
from django.urls import path, reverse_lazy

from campaigns.handoff import account_views, phone_views, talk_views, views
from campaigns.handoff.consumer import QueueConsumer
from campaigns.handoff.feed import Feed

urlpatterns = [
    path("queue/", views.queue, name="queue"),
    path("queue/cards/", views.cards, name="queue_cards"),
    path("queue/words/", views.words, name="queue_words"),
    path("queue/presence/", views.set_presence, name="queue_presence"),
    path("queue/phone/", phone_views.own_phone, name="queue_phone"),
    path("queue/phone/verify/", phone_views.verify_own, name="queue_phone_verify"),
    path("queue/phone/check/", phone_views.own_check, name="queue_phone_check"),
    path("queue/phone/<int:rep_id>/", phone_views.rep_phone, name="rep_phone"),
    path("queue/phone/<int:rep_id>/verify/", phone_views.verify_for_rep, name="rep_phone_verify"),
    path("queue/phone/<int:rep_id>/check/", phone_views.rep_check, name="rep_phone_check"),
    path("queue/<uuid:handoff_id>/more/", views.more, name="queue_more"),
    path("queue/<uuid:handoff_id>/accept/", views.accept, name="queue_accept"),
    path("queue/<uuid:handoff_id>/decline/", views.decline, name="queue_decline"),
    path("queue/<uuid:handoff_id>/call/", views.call_now, name="queue_call"),
    path("queue/<uuid:handoff_id>/done/", views.done, name="queue_done"),
    path("queue/<uuid:handoff_id>/whisper/", views.whisper, name="queue_whisper"),
    path("queue/<uuid:handoff_id>/take-over/", views.take_over, name="queue_take_over"),
    path("queue/<uuid:handoff_id>/end/", views.end_politely, name="queue_end"),
    path("queue/talks/", talk_views.talks, name="queue_talks"),
    path("queue/talks/<uuid:reservation_id>/", talk_views.talk, name="queue_talk"),
    path("queue/talk/<uuid:reservation_id>/write-up/", views.write_up, name="queue_write_up"),
    path("queue/talk/<uuid:reservation_id>/skip/", views.skip_write_up, name="queue_skip_write_up"),
    path("setup/<str:token>/", account_views.setup, name="setup"),
    path("account/login/", account_views.SignIn.as_view(), name="login"),
    path("account/logout/", auth.LogoutView.as_view(next_page=reverse_lazy("login")), name="logout"),
    path("account/invite/", account_views.invite, name="invite"),
    path("account/invitation/<str:uidb64>/<str:token>/", account_views.invitation, name="invitation"),
    path("account/password/", auth.PasswordChangeView.as_view(template_name="account/password_change.html"), name="password_change"),
    path("account/password/done/", auth.PasswordChangeDoneView.as_view(template_name="account/password_changed.html"), name="password_change_done"),
    path(
        "account/password-reset/",
        auth.PasswordResetView.as_view(
            template_name="account/password_reset.html",
            email_template_name="account/password_reset_email.txt",
            subject_template_name="account/password_reset_subject.txt",
        ),
        name="password_reset",
    ),
    path(
        "account/password-reset/sent/",
        auth.PasswordResetDoneView.as_view(template_name="account/password_reset_sent.html"),
        name="password_reset_done",
    ),
    path(
        "account/password-reset/<uidb64>/<token>/",
        auth.PasswordResetConfirmView.as_view(template_name="account/password_reset_confirm.html"),
        name="password_reset_confirm",
    ),
    path(
        "account/password-reset/done/",
        auth.PasswordResetCompleteView.as_view(template_name="account/password_changed.html"),
        name="password_reset_complete",
    ),
]

websocket_urlpatterns = [path("ws/queue/", QueueConsumer.as_asgi(feed=Feed()))]
