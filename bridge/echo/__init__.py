"""Our own voice on a line that returns it mixed with the callee's: found, learned, subtracted, and distrusted until it is gone.

Pure. `OwnVoiceRemover` does it, `DuplexHealth` says how it went.
"""

from bridge.echo.health import DuplexHealth
from bridge.echo.remover import OwnVoiceRemover

__all__ = ["DuplexHealth", "OwnVoiceRemover"]
