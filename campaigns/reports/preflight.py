"""A kept preflight for eyes: the same rows for the console's page and the terminal."""

from __future__ import annotations

from typing import Any

from campaigns.models import Preflight


def page_of(run: Preflight) -> dict[str, Any]:
    """For the template. Without a result: what became of it."""
    result = run.result or {}
    n_queued = result.get("n_queued", 0)
    return {
        "run": run,
        "result": result,
        "excluded": [{**row, "words": _words(row["reason"]), "percent": _percent(row["n"], n_queued)} for row in result.get("excluded", [])],
        "postponed": [(_words(reason), n) for reason, n in result.get("postponed", {}).items()],
        "packs": list(result.get("packs", {}).items()),
    }


def lines_of(run: Preflight) -> list[str]:
    """For the terminal."""
    if run.result is None:
        return [run.failure or "The preflight is still at work."]
    result = run.result
    lines = [
        f"{result['n_queued']} queued calls: {result['n_now']} may be dialled now, {result['n_later']} later, {result['n_excluded']} not at all."
    ]
    lines += [f"  {row['n']:>7}  {_words(row['reason'])}: {row['mend']}" for row in result["excluded"]]
    return lines


def _words(reason: str) -> str:
    return reason.replace("_", " ")


def _percent(n: int, of: int) -> int:
    return round(100 * n / of) if of else 0
