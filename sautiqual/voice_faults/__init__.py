"""Each known way in which a provider fails, played in a whole call over its faked server: what the callee met, and how it ended."""
