"""A small price table, whose figures can be reckoned in the head."""

from __future__ import annotations

from campaigns.voice_cost.prices import VoicePrices, parse_voice_prices

SOURCE = 'source = "a page"\nread_on = 2026-11-26\n'
RATE = f"[[rate]]\nkes_per_usd = 100.0\nvalid_from = 2026-01-01\n{SOURCE}"
VOICES = f"""
[[voice]]
name = "embedded"
usd_per_minute_most = 0
usd_per_minute_likely = 0
valid_from = 2026-01-01
{SOURCE}
[[voice]]
name = "openai"
usd_per_minute_most = 0.60
usd_per_minute_likely = 0.10
valid_from = 2026-01-01
{SOURCE}"""
MODELS = f"""
[[model]]
name = "one"
text_in = 4.00
audio_out = 64.00
session_s = 0.60
valid_from = 2026-01-01
{SOURCE}
[[model]]
name = "one"
text_in = 5.00
valid_from = 2026-01-01
{SOURCE}
[[model]]
name = "one"
text_in = 1.00
valid_from = 2026-06-01
{SOURCE}"""


def table(text: str = RATE + VOICES + MODELS) -> VoicePrices:
    return parse_voice_prices(text, file="own.toml")
