"""Every switch of the simulated platform, with the defaults that a plain line has.

Pure. Each quirk that was reported of the real platform (provider notes read 2026-11-22, section numbers below) is one field, so that a
test can turn on exactly one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from bridge.brief import ChannelLayout
from bridge.telephony.dialect import Dialect
from bridge.telephony.signatures import SignatureForm

HERE = Path(__file__).parent


class AfterStream(StrEnum):
    """What the platform does when the server closes the media socket."""

    CONTINUES = "continues"  # the vendor's pages: the next verb runs, or the voice callback is asked once more
    DEAD_AIR = "dead_air"  # live tests (§3.4): the leg stays up in silence and nothing runs


class FirstFrame(StrEnum):
    """Shape of the first text frame of a media stream; no source shows the exact one (§4.2)."""

    NONE = "none"
    FLAT = "flat"
    NESTED = "nested"


class EventShape(StrEnum):
    """Body of what is POSTed to a number's events_url (§2.2)."""

    ENVELOPE = "envelope"  # event pages: kind, event_id, data
    PAYLOAD = "payload"  # S3 guide: event_kind, event_id, payload
    RAW = "raw"  # as the exchange sent it


class RecordingFate(StrEnum):
    READY = "ready"
    NEVER = "never"  # 202 for ever
    GONE = "gone"  # 410, captured by nobody


class EchoCodec(StrEnum):
    """What our own voice went through when a mixed line returns it."""

    LINEAR16 = "linear16"
    MU_LAW = "mu_law"  # at 16 kHz: the quantisation alone
    PHONE = "phone"  # down to 8 kHz, mu-law, and up again


class FaultKind(StrEnum):
    """What a POST /v1/calls meets instead of its answer."""

    RATE_LIMIT = "rate_limit"  # 429 with Retry-After; nobody is rung
    SERVER_ERROR = "server_error"  # 500; nobody is rung
    LOST_REPLY = "lost_reply"  # the phone rings, the reply is a 502
    HANG = "hang"  # the phone rings, the reply never comes


@dataclass(frozen=True, slots=True)
class Mishaps:
    """What goes wrong by chance, as shares from 0 to 1; the seed decides when. A plain platform has none."""

    placing: tuple[tuple[FaultKind, float], ...] = ()  # of the calls that are placed
    reply_s: tuple[float, float] = (0.0, 0.0)  # how long the phone rings already before a placing is answered
    duplicated: float = 0.0  # of the deliveries to a web hook: posted twice
    late: float = 0.0  # of what only informs: posted seconds later, so that what came after it is there before it
    lost: float = 0.0  # of what only informs: never posted
    silent: float = 0.0  # of the calls: nothing that only informs is ever posted about them
    reply_lost: float = 0.0  # of the deliveries: the server has taken it, and its answer does not come back, so it is posted again


@dataclass(frozen=True, slots=True)
class FromNumber:
    """One of our own numbers as the workspace starts with it; routing can be changed over REST."""

    number_id: str
    e164: str
    after_stream: AfterStream = AfterStream.CONTINUES
    voice_callback_url: str = ""
    events_url: str = ""
    is_suspended: bool = False


CONTINUING_NUMBER = FromNumber("num_continues", "+254711000001", AfterStream.CONTINUES)
DEAD_AIR_NUMBER = FromNumber("num_dead_air", "+254711000002", AfterStream.DEAD_AIR)
DEAD_AIR_DIAL_NUMBER = FromNumber("num_dead_air_dial", "+254711000003", AfterStream.DEAD_AIR)
ALL_SCOPES = frozenset({"calls.read", "calls.write", "numbers.read", "numbers.claim", "wallet.read", "webhooks.manage"})


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """How the audio sockets behave."""

    both_tracks: ChannelLayout = ChannelLayout.STEREO  # what track="both_tracks" yields (§4.3); inbound_track is always mono
    first_frame: FirstFrame = FirstFrame.NESTED
    jitter: float = 0.0  # share of frames that are held back and sent later in one message with their successors
    has_odd_sizes: bool = False  # messages are cut anywhere, even inside a sample
    rate_hz: int | None = None  # of what is sent to us; None: as the Stream asks for
    is_callee_right: bool = False  # which channel of stereo
    prebuffer_ms: int = 160  # held back before the first release, half of it afterwards (§4.4); 0: nothing
    honours_kill: bool = True  # killAudio empties the playback queue (§4.5)
    hangs_up_on_close: bool = False  # the server closes the socket, and the call is over
    echo_delay_ms: tuple[int, int] = (80, 400)  # mixed mono: our own voice comes back this much later
    echo_gain: tuple[float, float] = (0.35, 0.8)
    echo_codec: EchoCodec = EchoCodec.MU_LAW
    echo_drift_ms_per_min: float = 0.0  # the delay grows by this
    echo_jump_every_s: float = 0.0  # a jitter buffer that takes in a frame and lets it out again; 0: never


@dataclass(frozen=True, slots=True)
class CallbackSettings:
    """How the platform talks to our web hooks."""

    is_json: bool = False  # form bodies otherwise (§2.1)
    signing_secret: str = ""
    signature: SignatureForm = SignatureForm.TIMESTAMPED
    events: EventShape = EventShape.ENVELOPE
    are_events_silent: bool = False  # events_url is never called (§8.6)
    document_at_ringing: bool = False  # the document is fetched while the phone rings and run at answer
    is_completed_first: bool = False  # the first POST already says Completed (§8.4)
    is_duplicated: bool = False
    is_out_of_order: bool = False  # what only informs comes late and in any order
    is_completed_before_close: bool = True  # Completed, and the media socket closes a little later (§8.11)
    drops_request_id: bool = False  # no label in body or query (§8.8)
    timeout_s: float = 10.0  # real seconds, whatever the speed
    retry_waits_s: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    host: str = "127.0.0.1"
    port: int = 0  # 0: any free one
    api_key: str = "simulator-key"  # empty: anybody may call
    scopes: frozenset[str] = ALL_SCOPES
    dialect: Dialect = Dialect.SDK
    seed: int = 1
    speed: float = 1.0  # all clocks run this much faster; CDR durations stay in call seconds
    numbers: tuple[FromNumber, ...] = (CONTINUING_NUMBER, DEAD_AIR_NUMBER, DEAD_AIR_DIAL_NUMBER)
    wallet_minor: int = 1_000_000
    has_phone_line: bool = False  # 8 kHz mu-law and noise on the callee's audio
    ring_s: float = 2.0  # one ring
    ring_timeout_s: float = 16.0
    dead_air_s: tuple[float, float] = (20.0, 60.0)
    setup_s: float = 0.2  # answered → document fetched and running
    routing_methods: frozenset[str] = frozenset({"PATCH", "PUT"})  # the others get 405
    recording: RecordingFate = RecordingFate.READY
    recording_delay_s: float = 8.0
    n_recordings_kept: int = 60
    media: MediaSettings = field(default_factory=MediaSettings)
    callbacks: CallbackSettings = field(default_factory=CallbackSettings)
    mishaps: Mishaps = field(default_factory=Mishaps)
    personas_folder: Path = HERE / "personas"
    utterances_folder: Path = HERE / "utterances"

    def answering_at(self, voice_callback_url: str, events_url: str) -> SimulatorSettings:
        """The same with every number routed to one server."""
        return replace(self, numbers=tuple(replace(n, voice_callback_url=voice_callback_url, events_url=events_url) for n in self.numbers))
