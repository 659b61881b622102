from __future__ import annotations

from bridge.voice.openai_live.backend import Backend


class Wire:
    def __init__(self) -> None:
        self.sent: list[dict] = []
        self.backend = Backend(self.sent.append)

    @property
    def kinds(self) -> list[str]:
        return [message["type"] for message in self.sent]


class TestGoingOn:
    def test_an_output_is_sent_at_once_but_the_model_goes_on_only_when_its_response_is_over(self):
        wire = Wire()
        wire.backend.began("d")
        wire.backend.called("d", "c")
        wire.backend.answer("c", {"SAY": None})
        assert wire.kinds == ["response.item.create"]
        assert wire.backend.over("d", is_complete=True) == 1
        assert wire.kinds == ["response.item.create", "response.create"]

    def test_it_goes_on_only_when_all_calls_have_their_outputs(self):
        wire = Wire()
        wire.backend.began("d")
        for call_id in ("c1", "c2"):
            wire.backend.called("d", call_id)
        wire.backend.over("d", is_complete=True)
        wire.backend.answer("c1", {})
        assert "response.create" not in wire.kinds
        wire.backend.answer("c2", {})
        assert wire.kinds[-1] == "response.create"

    def test_an_output_is_sent_once_and_only_for_what_was_called(self):
        wire = Wire()
        wire.backend.began("d")
        wire.backend.called("d", "c")
        for call_id in ("c", "c", "other"):
            wire.backend.answer(call_id, {})
        assert wire.kinds == ["response.item.create"]

    def test_a_response_without_a_call_needs_nothing(self):
        wire = Wire()
        wire.backend.began("d")
        assert wire.backend.over("d", is_complete=True) == 0
        assert wire.kinds == []
        assert not wire.backend.is_busy

    def test_one_that_failed_gets_no_output(self):
        wire = Wire()
        wire.backend.began("d")
        wire.backend.called("d", "c")
        assert wire.backend.over("d", is_complete=False) == 0
        wire.backend.answer("c", {})
        assert wire.kinds == []

    def test_two_delegations_do_not_wait_for_each_other(self):
        wire = Wire()
        for name in ("d1", "d2"):
            wire.backend.began(name)
            wire.backend.called(name, f"of {name}")
        wire.backend.over("d2", is_complete=True)
        wire.backend.answer("of d2", {})
        assert wire.kinds == ["response.item.create", "response.create"]

    def test_the_end_of_what_was_never_begun_is_none(self):
        assert Wire().backend.over("d", is_complete=True) == 0

    def test_what_we_ask_keeps_it_busy_until_it_is_over(self):
        wire = Wire()
        wire.backend.ask("yes")
        assert wire.backend.is_busy
        wire.backend.began("")
        wire.backend.over("", is_complete=True)
        assert not wire.backend.is_busy
