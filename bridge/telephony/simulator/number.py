"""One of the workspace's own numbers while the simulator runs: its routing can be changed over REST."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.telephony.simulator.settings import AfterStream, FromNumber


@dataclass(slots=True)
class OwnNumber:
    number_id: str
    e164: str
    after_stream: AfterStream
    voice_callback_url: str
    events_url: str
    signing_secret: str
    is_suspended: bool

    @classmethod
    def of(cls, number: FromNumber, signing_secret: str) -> OwnNumber:
        return cls(
            number.number_id,
            number.e164,
            number.after_stream,
            number.voice_callback_url,
            number.events_url,
            signing_secret,
            number.is_suspended,
        )
