"""Where the phone platform reaches us."""

from django.urls import path

from campaigns import voice_views

urlpatterns = [
    path("voice/answer", voice_views.answer_without_token),
    path("voice/answer/<str:token>", voice_views.answer_with_token),
    path("voice/events", voice_views.take_event),
    path("voice/stream-status/<str:token>", voice_views.take_stream_status),
]
