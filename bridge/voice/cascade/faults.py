"""What a refusal or a failure of one of the three services means for the owner of the voice.

Pure. `ServiceFailed` is the only exception that leaves the HTTP client of this voice; nothing of a provider's words is in it.
"""

from __future__ import annotations

from bridge.events import VoiceFault
from bridge.voice.cascade.settings import Endpoint, Service

_MESSAGES = {
    VoiceFault.KEY: "refuses the API key",
    VoiceFault.QUOTA: "says that the quota or the rate limit is used up",
    VoiceFault.UNREACHABLE: "cannot be reached, or does not reply in time",
    VoiceFault.CUT: "broke off in the middle of a reply",
    VoiceFault.REFUSED: "refuses what it is asked: check the address, the model and the voice",
    VoiceFault.GARBAGE: "replies what cannot be read: check the address",
    VoiceFault.SILENT: "speaks without a sound",
}


class ServiceFailed(Exception):
    def __init__(self, service: Service, fault: VoiceFault, status: int | None = None) -> None:
        super().__init__(f"{service.name}: {fault}")
        self.service = service
        self.fault = fault
        self.status = status  # of its reply; None when there was none, or it said 200

    @property
    def may_be_asked_again(self) -> bool:
        """A wrong key stays wrong."""
        return self.fault not in (VoiceFault.KEY, VoiceFault.REFUSED)

    @property
    def was_short(self) -> bool:
        """A fault of the moment, known at once: whoever waits can wait for a second try."""
        return self.fault is VoiceFault.CUT or (self.status is not None and self.status >= 500)


def message_for(service: Service, endpoint: Endpoint, fault: VoiceFault) -> str:
    """For the owner: which of the three it is, and what is wrong with it."""
    return f"{service.value} ({endpoint.address()}) {_MESSAGES.get(fault, 'does not work')}."
