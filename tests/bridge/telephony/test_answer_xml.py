from __future__ import annotations

import contextlib
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.telephony.answer_xml import (
    BadDocument,
    Conference,
    Connect,
    Dial,
    GetDigits,
    Hangup,
    Play,
    Redirect,
    Say,
    Stream,
    Track,
    Unknown,
    brief_document,
    dial_document,
    document,
    empty_document,
    say_document,
    stream_document,
)
from bridge.telephony.answer_xml_parse import parse_document

STREAM = Stream(
    url="wss://qual.example.com/audio/tok",
    name="lead-qualifier",
    status_callback="https://qual.example.com/voice/stream-status/tok",
)
NEXT = "https://qual.example.com/voice/answer/next"


class TestDocuments:
    def test_a_stream_holds_the_leg_and_talks_both_ways_at_16_khz(self):
        (element,) = ET.fromstring(stream_document(STREAM))
        assert element.tag == "Stream"
        assert element.attrib == {
            "name": "lead-qualifier",
            "url": "wss://qual.example.com/audio/tok",
            "track": "inbound_track",
            "connect": "true",
            "outputSamplingRate": "16000",
            "bidirectionalSamplingRate": "16000",
            "statusCallback": "https://qual.example.com/voice/stream-status/tok",
            "statusEvents": "stream-started stream-stopped stream-error",
        }

    def test_the_stream_stands_at_the_top_between_intro_and_next_step(self):
        verbs = parse_document(stream_document(STREAM, intro=Say("Hello.", "en-KE"), next_url=NEXT))
        assert verbs == (Say("Hello.", "en-KE"), STREAM, Redirect(NEXT))

    def test_without_a_status_callback_no_events_are_asked_for(self):
        (element,) = ET.fromstring(stream_document(Stream("wss://qual.example.com/audio/tok")))
        assert "statusEvents" not in element.attrib

    def test_a_sidecar_stream_does_not_hold_the_leg(self):
        (element,) = ET.fromstring(stream_document(Stream("wss://qual.example.com/a", is_connected=False)))
        assert element.get("connect") == "false"

    def test_the_empty_document_has_no_verbs(self):
        assert empty_document() == b"<Response></Response>"
        assert parse_document(empty_document()) == ()

    def test_an_apology_ends_the_call(self):
        assert parse_document(say_document("Sorry.")) == (Say("Sorry."), Hangup())

    def test_a_dial_rings_the_rep_and_then_asks_for_the_next_step(self):
        dial = Dial(("+254700000001",), caller_id="+254711000001", timeout_s=20)
        body = dial_document(dial, intro=Say("One moment."), next_url=NEXT)
        assert body == (
            b'<Response><Say>One moment.</Say><Dial callerId="+254711000001" timeout="20"><Number>+254700000001</Number></Dial>'
            b"<Redirect>https://qual.example.com/voice/answer/next</Redirect></Response>"
        )

    def test_a_dial_without_a_next_step_ends_the_call(self):
        assert parse_document(dial_document(Dial(("+254700000001",)))) == (Dial(("+254700000001",)), Hangup())

    def test_a_brief_is_spoken_before_one_key_is_awaited(self):
        prompt = (Say("A hot lead.", "en-KE"), Say("Press 1.", "en-KE"))
        verbs = parse_document(brief_document(["A hot lead.", "Press 1."], language="en-KE", timeout_s=8, next_url=NEXT))
        assert verbs == (GetDigits(prompt, max_digits=1, timeout_s=8), Redirect(NEXT))

    def test_a_brief_nobody_answers_ends_the_call(self):
        assert parse_document(brief_document(["Press 1."]))[-1] == Hangup()


class TestWhatIsNeverWritten:
    @pytest.mark.parametrize(
        "verb",
        [
            pytest.param(Stream("https://qual.example.com/audio"), id="a stream to the web"),
            pytest.param(Stream("/audio"), id="a stream to nowhere"),
            pytest.param(Stream("wss://x.example/" + "a" * 4096), id="a path too long"),
            pytest.param(Stream("wss://" + "a" * 513 + "/"), id="a host too long"),
            pytest.param(Stream("wss://x.example/a", status_callback="wss://x.example/s"), id="a status socket"),
            pytest.param(Redirect("voice/next"), id="a relative redirect"),
            pytest.param(Redirect("https://x.example/a b"), id="a blank in a URL"),
            pytest.param(Redirect("https://x.example/\n"), id="a new line in a URL"),
            pytest.param(Redirect("https://[x/"), id="a broken URL"),
            pytest.param(Play("file:///etc/passwd"), id="a file"),
            pytest.param(Dial(("0712345678",)), id="a number of one country"),
            pytest.param(Dial(("+254712345678",), caller_id="Acme"), id="a name for a caller id"),
            pytest.param(Dial(()), id="nobody to dial"),
            pytest.param(Say(" \x00 "), id="nothing to say"),
            pytest.param(GetDigits(timeout_s=0), id="no time to press"),
            pytest.param(GetDigits(max_digits=-1), id="fewer than no digits"),
            pytest.param(Connect((STREAM,)), id="another platform's wrapper"),
            pytest.param(Unknown("Pause"), id="a verb we do not know"),
        ],
    )
    def test_a_document_the_platform_could_not_run(self, verb):
        with pytest.raises(BadDocument):
            document(verb)

    @pytest.mark.parametrize(
        ("verbs", "n_actions"),
        [
            pytest.param([Hangup()] * 51, 51, id="in a row"),
            pytest.param([GetDigits((Say("a"),) * 50)], 51, id="nested"),
        ],
    )
    def test_more_than_fifty_actions(self, verbs, n_actions):
        with pytest.raises(BadDocument, match="50"):
            document(*verbs)

    def test_fifty_actions_are_written(self):
        assert len(parse_document(document(*[Hangup()] * 50))) == 50

    def test_many_numbers_of_one_dial_are_one_action(self):
        assert parse_document(document(Dial(("+254712345678",) * 60)))

    @given(st.text(max_size=60))
    def test_any_text_is_spoken_as_well_formed_xml(self, text):
        (say, _) = parse_document(say_document(f"a{text}z"))
        assert isinstance(say, Say) and say.text.startswith("a") and say.text.endswith("z")

    def test_markup_in_a_text_stays_text(self):
        assert parse_document(say_document('<Dial>+254712345678</Dial> & "more"'))[0] == Say('<Dial>+254712345678</Dial> & "more"')

    @given(st.text(max_size=30))
    def test_any_name_of_a_stream_is_well_formed(self, name):
        assert ET.fromstring(document(Stream("wss://x.example/a", name=name))).tag == "Response"


class TestReadingDocuments:
    @pytest.mark.parametrize(
        "verb",
        [
            STREAM,
            Stream(
                "ws://127.0.0.1:8000/a",
                track=Track.BOTH,
                output_hz=8000,
                bidirectional_hz=None,
                status_callback="http://x.example/",
                status_events=("a",),
            ),
            Say("Habari.", "sw-KE"),
            Play("https://storage.example.com/a.wav"),
            GetDigits((Say("Press."), Play("https://x.example/a")), max_digits=4, timeout_s=9, finish_on_key="#"),
            Dial(("+254712345678", "+254712345679"), "+254711000001", 30),
            Conference("room-1", starts_on_enter=False, ends_on_exit=True),
            Redirect(NEXT),
            Hangup(),
        ],
        ids=lambda verb: type(verb).__name__,
    )
    def test_what_is_written_is_read_back(self, verb):
        assert parse_document(document(verb)) == (verb,)

    def test_a_stream_without_connect_does_not_hold_the_leg(self):
        (stream,) = parse_document(b'<Response><Stream url="wss://x.example/a"/></Response>')
        assert stream == Stream("wss://x.example/a", track=None, is_connected=False, bidirectional_hz=None, status_events=())

    def test_another_platforms_wrapper_is_kept_as_such(self):
        (connect,) = parse_document(b'<Response><Connect><Stream url="wss://x.example/a" connect="true"/></Connect></Response>')
        assert isinstance(connect, Connect) and isinstance(connect.verbs[0], Stream)

    def test_an_unknown_verb_is_kept(self):
        assert parse_document(b'<Response><Pause length="2">x</Pause></Response>') == (Unknown("Pause", (("length", "2"),), "x"),)

    @pytest.mark.parametrize(
        "dial", ["<Dial>+254712345678</Dial>", '<Dial phoneNumbers="+254712345678"/>', "<Dial><Number> +254712345678 </Number></Dial>"]
    )
    def test_a_dialled_number_is_found_in_every_shape(self, dial):
        assert parse_document(f"<Response>{dial}</Response>".encode()) == (Dial(("+254712345678",)),)

    @pytest.mark.parametrize(("attribute", "max_digits"), [("maxDigits", 4), ("numDigits", 4), ("digits", 0)])
    def test_the_count_of_digits_has_two_names(self, attribute, max_digits):
        (verb,) = parse_document(f'<Response><GetDigits {attribute}="4" timeout="soon"/></Response>'.encode())
        assert verb == GetDigits(max_digits=max_digits, timeout_s=5)

    def test_a_conference_may_be_named_by_its_text(self):
        assert parse_document(b"<Response><Conference>room-1</Conference></Response>") == (Conference("room-1"),)

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param(b"", id="nothing"),
            pytest.param(b"<Response>", id="half"),
            pytest.param(b"<html/>", id="another root"),
            pytest.param(b'{"actions":[]}', id="JSON"),
            pytest.param(b"<!DOCTYPE r [<!ENTITY a 'b'>]><Response>&a;</Response>", id="entities"),
            pytest.param(b'<?xml version="1.0" encoding="nonsense"?><Response/>', id="no encoding"),
            pytest.param(b"<Response>" + b"<Hangup/>" * 51 + b"</Response>", id="51 actions"),
            pytest.param(b"<Response>" + b" " * 300_000 + b"</Response>", id="too large"),
        ],
    )
    def test_what_is_no_document_says_so(self, body):
        with pytest.raises(BadDocument):
            parse_document(body)

    @pytest.mark.parametrize("tag", ["Connect", "GetDigits"])
    def test_a_document_cannot_exhaust_the_stack(self, tag):
        body = f"<Response>{f'<{tag}>' * 5000}{f'</{tag}>' * 5000}</Response>".encode()
        assert len(parse_document(body)) == 1

    @given(st.binary(max_size=200))
    def test_any_bytes_are_read_or_refused(self, body):
        with contextlib.suppress(BadDocument):
            parse_document(b"<Response>" + body + b"</Response>")
