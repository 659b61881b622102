"""What can be made to go wrong at the faked services while they run. Each time something does, it is counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bridge.voice.cascade.settings import Service


@dataclass
class FakeFaults:
    """Nothing goes wrong until something is set; what is set goes wrong until it is unset, unless it says otherwise."""

    n_good_first: int = 0  # requests of each service before anything goes wrong with it
    refuses: dict[Service, int] = field(default_factory=dict)  # HTTP status
    refuses_times: dict[Service, int] = field(default_factory=dict)  # that it goes wrong with status 500, then no more
    garbage: set[Service] = field(default_factory=set)
    cuts: set[Service] = field(default_factory=set)  # the connection, in the middle of a reply
    cuts_times: dict[Service, int] = field(default_factory=dict)  # before anything is said, then no more
    stalls: set[Service] = field(default_factory=set)  # not a byte
    open_late_s: float = 0.0  # far away: so long until a list of models, which a call asks for first, is there
    has_no_models: bool = False  # 404 for the list
    lists_no_model: bool = False  # it is empty
    is_silent: bool = False  # sound of zeros
    has_no_audio: bool = False  # a header and nothing behind it
    has_odd_audio: bool = False  # the last byte of each piece of sound is missing
    cut_after_ms: int | None = None  # of sound
    invents: str | None = None  # words where nobody spoke, with Whisper's probabilities for them
    hears_nothing: bool = False
    is_empty: bool = False  # a completion without anything in it
    breaks_in_stream: bool = False  # an error as an event
    talks_instead: int = 0  # times that the model talks where it should call a tool
    calls_instead: list[tuple[str, str]] = field(default_factory=list)  # tools and arguments that it calls first, one a reply
    happened: Counter[str] = field(default_factory=Counter)
    _n_asked: Counter[Service] = field(default_factory=Counter)

    def asked(self, service: Service) -> None:
        """It gets a request."""
        self._n_asked[service] += 1

    def is_good_yet(self, service: Service) -> bool:
        return self._n_asked[service] <= self.n_good_first

    def happens(self, name: str, told: set[Service] | dict[Service, int], service: Service) -> bool:
        """`told` is one of the sets, or of the counts that run out. Counted as `name service`."""
        if service not in told or self.is_good_yet(service) or (isinstance(told, dict) and not told[service]):
            return False
        if isinstance(told, dict):
            told[service] -= 1
        self.happened[f"{name} {service.name}"] += 1
        return True
