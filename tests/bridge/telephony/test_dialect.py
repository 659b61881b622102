from __future__ import annotations

import pytest

from bridge.telephony.dialect import (
    CALLBACK_STATUS,
    SPELLINGS,
    CallIds,
    Dialect,
    Field,
    ProviderStatus,
    read_fields,
    read_ids,
    read_outcome,
    read_status,
)


@pytest.mark.parametrize("dialect", list(Dialect))
class TestWhatIsWrittenCanBeRead:
    def test_every_callback_key(self, dialect):
        written = {spelling: field.value for field, spelling in SPELLINGS[dialect].callback.items()}
        expected = {field: field.value for field in SPELLINGS[dialect].callback}
        if dialect is Dialect.PAGES:  # its one id goes by the call's name; `HD_` tells what it is
            expected[Field.CALL_ID] = expected.pop(Field.SESSION_ID)
        assert read_fields(written) == expected

    def test_the_session_id_of_a_callback(self, dialect):
        fields = read_fields({SPELLINGS[dialect].callback[Field.SESSION_ID]: "HD_0123456789ab"})
        assert read_ids(fields).session_id == "HD_0123456789ab"

    def test_every_key_of_a_reply(self, dialect):
        answer = SPELLINGS[dialect].answer
        assert read_fields({spelling: field.value for field, spelling in answer.items()}) == {field: field.value for field in answer}

    def test_the_label_of_a_request(self, dialect):
        assert read_fields({SPELLINGS[dialect].client_request_id: "c-42"}) == {Field.CLIENT_REQUEST_ID: "c-42"}

    @pytest.mark.parametrize("status", list(ProviderStatus))
    def test_every_status(self, dialect, status):
        assert read_status(SPELLINGS[dialect].status[status]) is status
        assert read_status(CALLBACK_STATUS.get(status, "")) is (status if status in CALLBACK_STATUS else ProviderStatus.UNKNOWN)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Ringing", ProviderStatus.RINGING),
        ("StreamStarted", ProviderStatus.STREAM_STARTED),
        ("streamerror", ProviderStatus.STREAM_ERROR),
        ("stream-stopped", ProviderStatus.STREAM_STOPPED),
        ("DialCompleted", ProviderStatus.DIAL_COMPLETED),
        ("no-answer", ProviderStatus.NO_ANSWER),
        ("no_answer", ProviderStatus.NO_ANSWER),
        ("NoAnswer", ProviderStatus.NO_ANSWER),
        ("hangup", ProviderStatus.COMPLETED),
        ("hung_up", ProviderStatus.COMPLETED),
        ("cancelled", ProviderStatus.CANCELED),
        ("in-progress", ProviderStatus.ANSWERED),
        ("call.completed", ProviderStatus.COMPLETED),
        ("call.failed", ProviderStatus.FAILED),
        ("call.recording.ready", ProviderStatus.UNKNOWN),
        ("wallet.low_balance", ProviderStatus.UNKNOWN),
        ("", ProviderStatus.UNKNOWN),
        ("☎", ProviderStatus.UNKNOWN),
    ],
)
def test_a_providers_word_has_one_meaning(word, status):
    assert read_status(word) is status


@pytest.mark.parametrize(
    ("word", "cause", "status"),
    [
        pytest.param("failed", "no_answer", ProviderStatus.NO_ANSWER, id="failed because nobody answered"),
        pytest.param("failed", "USER_BUSY", ProviderStatus.BUSY, id="failed because busy"),
        pytest.param("failed", "ORIGINATOR_CANCEL", ProviderStatus.CANCELED, id="failed because we hung up"),
        pytest.param("failed", "NORMAL_CLEARING", ProviderStatus.FAILED, id="a cause that explains nothing"),
        pytest.param("failed", "UNALLOCATED_NUMBER", ProviderStatus.FAILED, id="no such number"),
        pytest.param("completed", "no_answer", ProviderStatus.COMPLETED, id="only a failure is explained"),
        pytest.param("", "no_answer", ProviderStatus.UNKNOWN, id="a cause alone is no status"),
    ],
)
def test_a_failure_is_made_exact_by_its_cause(word, cause, status):
    assert read_outcome(word, cause) is status


@pytest.mark.parametrize("key", ["clientRequestId", "client_request_id", "ClientRequestID", "client-request-id"])
def test_case_and_punctuation_of_a_key_do_not_matter(key):
    assert read_fields({key: " c-42 "}) == {Field.CLIENT_REQUEST_ID: "c-42"}


@pytest.mark.parametrize("value", ["", "  ", None, {}, ["x"], "a\x00b", "\ud800", "x" * 501], ids=repr)
def test_a_value_we_could_not_keep_counts_as_absent(value):
    assert read_fields({"sessionId": value}) == {}


def test_the_state_of_the_session_comes_before_a_general_status():
    assert read_fields({"status": "ok", "callSessionState": "Ringing"})[Field.STATUS] == "Ringing"


@pytest.mark.parametrize(
    ("record", "ids"),
    [
        pytest.param({"call_id": "5b1e", "session_id": "HD_1"}, CallIds("5b1e", "HD_1"), id="both"),
        pytest.param({"CallId": "HD_1"}, CallIds(None, "HD_1"), id="a session under a call's name"),
        pytest.param({"call_id": "5b1e", "pbx_call_id": "HD_1"}, CallIds("5b1e", "HD_1"), id="as events name the session"),
        pytest.param({"callSid": "5b1e"}, CallIds("5b1e", None), id="call_sid"),
        pytest.param({}, CallIds(None, None), id="none"),
    ],
)
def test_ids_are_told_apart_by_their_form(record, ids):
    assert read_ids(read_fields(record)) == ids
