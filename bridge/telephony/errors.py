"""What can go wrong at the provider, by what the caller may do about it.

    TelephonyProblem
    ├── PlaceCallProblem            placing a call
    │   ├── NotSent                 nothing reached the provider: safe to queue again
    │   ├── Refused                 4xx, no phone rings: the attempt failed, in the provider's words
    │   │   ├── WalletEmpty         402: stop the campaign
    │   │   └── TooManyRequests     429: not before `retry_after_s`
    │   └── OutcomeUnknown          a phone may be ringing: look it up, NEVER repeat
    └── RequestProblem              every other endpoint
        ├── NotFound                404
        ├── RequestRefused          other 4xx (key, scope, number not ours)
        └── ProviderUnavailable     no connection, time-out, 429, 5xx, unreadable reply: try again later

`str()` of each carries no phone number, body or key; the provider's words stand in `message` and are shown, not logged.
"""

from __future__ import annotations


class TelephonyProblem(Exception):
    """Something asked of the provider was not done, or is not known to be."""


class PlaceCallProblem(TelephonyProblem):
    """The call was not confirmed."""


class NotSent(PlaceCallProblem):
    """No connection was made: queue the call again."""


class Refused(PlaceCallProblem):
    """The provider said no. `code` as in its error list, empty if it gave none."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"refused with {status} {code}".rstrip())
        self.status = status
        self.code = code
        self.message = message


class WalletEmpty(Refused):
    """402: nobody can be rung until the wallet is filled."""


class TooManyRequests(Refused):
    """429: refused for now; nothing was dialled."""

    def __init__(self, status: int, code: str, message: str, retry_after_s: float) -> None:
        super().__init__(status, code, message)
        self.retry_after_s = retry_after_s


class OutcomeUnknown(PlaceCallProblem):
    """The request may have arrived. Never sent again, not even with the same key: it replays only while the leg lives."""


class RequestProblem(TelephonyProblem):
    """A look-up, hang-up or setting did not work."""


class RequestRefused(RequestProblem):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"refused with {status} {code}".rstrip())
        self.status = status
        self.code = code
        self.message = message


class NotFound(RequestRefused):
    """404: the provider does not know it (yet)."""


class ProviderUnavailable(RequestProblem):
    """No usable reply. Asking again later is safe. `retry_after_s`: as the provider asked, else None."""

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s
