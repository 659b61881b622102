"""What all calls of a process have in common: sentences that were spoken, and services that have once done what a call needs.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bridge.voice.cascade.settings import CascadeSettings, Service
from bridge.voice.cascade.spoken import SpokenSentences


@dataclass(slots=True)
class Shared:
    spoken: SpokenSentences = field(default_factory=SpokenSentences)
    _has_worked: set[tuple[Service, str, str]] = field(default_factory=set)

    def has_worked(self, settings: CascadeSettings, service: Service) -> bool:
        """At this address, with this model."""
        return self._key(settings, service) in self._has_worked

    def worked(self, settings: CascadeSettings, service: Service) -> None:
        self._has_worked.add(self._key(settings, service))

    def _key(self, settings: CascadeSettings, service: Service) -> tuple[Service, str, str]:
        return (service, settings.endpoint(service).url, settings.model(service))
