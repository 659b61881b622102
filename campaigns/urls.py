"""Where the phone platform reaches us."""

from django.urls import path

from campaigns import voice_views
from campaigns.line_check import views as line_check

urlpatterns = [
    path("voice/answer", voice_views.answer_without_token),
    path("voice/answer/<str:token>", voice_views.answer_with_token),
    path("voice/events", voice_views.take_event),
    path("voice/stream-status/<str:token>", voice_views.take_stream_status),
    path("voice/check/<str:token>", line_check.answer),
    path("voice/check/<str:token>/stream-status", line_check.take_stream_status),
    path("voice/check/<str:token>/<str:stage>", line_check.answer),
    path("voice/room-status/<str:token>", voice_views.take_room_status),
]
