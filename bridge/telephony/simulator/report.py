"""What really happened at the exchange, for tests and for the demo: who was rung, what was heard and said. Not part of the platform."""

from __future__ import annotations

from bridge.telephony.simulator.asgi import Request, Response, Route, json_response, route
from bridge.telephony.simulator.call import Call
from bridge.telephony.simulator.exchange import Exchange
from bridge.telephony.simulator.run import ring_us
from bridge.telephony.simulator.settings import FaultKind


def report(exchange: Exchange) -> dict[str, object]:
    return {
        "forbidden_dials": exchange.n_forbidden_dials,
        "dialled": [
            {"number": dial.number, "persona": dial.persona, "at": dial.at.isoformat(), "via": dial.via.value, "call_id": dial.call_id}
            for dial in exchange.dials
        ],
        "calls": [_call(call) for call in exchange.calls],
    }


def _call(call: Call) -> dict[str, object]:
    person = call.leg.person
    return {
        "call_id": call.call_id,
        "session_id": call.session_id,
        "client_request_id": call.label,
        "direction": call.direction,
        "number": call.leg.number,
        "persona": person.persona.name if person else "",
        "expected": person.persona.expected if person else "",
        "status": call.status.value,
        "is_live": call.is_live,
        "hangup_cause": call.leg.cause.value,
        "ended_by": call.leg.ended_by.value,
        "talked_s": round(call.leg.talked_s, 2),
        "cost_minor": call.cost_minor,
        "heard": [
            {
                "line_id": line.line.line_id,
                "text": line.line.text,
                "started_s": round(line.started_s, 3),
                "heard_ms": line.heard_ms,
                "audible_ms": round(line.audible_s * 1000),
                "is_cut": line.is_cut,
            }
            for line in call.lines
        ],
        "said": [
            {"group": said.group, "text": said.text, "value": said.value, "started_s": round(said.started_s, 3), "ended_s": round(said.ended_s, 3)}
            for said in (person.said if person else [])
        ],
        "platform_words": call.platform_words,
        "digits": call.digits,
        "bridged": [{"number": one.leg.number, "persona": one.persona, "seconds": round(one.seconds, 2)} for one in call.bridged],
        "dropped_messages": sum(stream.n_dropped for stream in call.streams),
        "problems": call.problems,
    }


def report_routes(exchange: Exchange) -> list[Route]:
    async def show(request: Request) -> Response:
        return json_response(200, report(exchange))

    async def break_next(request: Request) -> Response:
        """`{"kind": "rate_limit", "times": 2}`: what the next calls that are placed meet."""
        body = request.json() or {}
        if body.get("kind") not in set(FaultKind) or not isinstance(body.get("times", 1), int):
            return json_response(422, {"code": "simulator.unknown_fault", "reason": ", ".join(FaultKind)})
        exchange.desk.faults.extend([FaultKind(body["kind"])] * body.get("times", 1))
        return json_response(200, {"pending": len(exchange.desk.faults)})

    async def ring(request: Request) -> Response:
        """`{"from": "+2547…", "to": "+2547…", "is_withheld": false}`: whoever lives at `from` calls a number of the workspace."""
        body = request.json() or {}
        try:
            call = ring_us(exchange, from_=str(body.get("from")), to=str(body.get("to")), is_withheld=body.get("is_withheld") is True)
        except ValueError as problem:
            return json_response(422, {"code": "simulator.cannot_ring", "reason": str(problem)})
        return json_response(201, {"call_id": call.call_id, "session_id": call.session_id})

    return [route("POST", "/simulator/ring", ring), route("GET", "/simulator/calls", show), route("POST", "/simulator/faults", break_next)]
