"""One request: only to an address that was looked at, with a certificate of its name, within its time, following nothing."""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from campaigns.integrations.webhooks.post import Guard, Reply, post
from tests.campaigns.webhooks.certificate import certificate_for
from tests.campaigns.webhooks.receiver import HANG, Answer, Receiver

ANYWHERE = Guard(may_be_http=True, may_be_private=True)
PUBLIC = Guard(may_be_http=False, may_be_private=False)


def leads_to(*addresses: str) -> Any:
    """A name server that knows these."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return list(addresses)

    resolve.asked = asked  # type: ignore[attr-defined]
    return resolve


async def sent(url: str, guard: Guard = ANYWHERE, **how: Any) -> Reply:
    return await post(url, '{"type":"x"}', {"webhook-id": "msg_1"}, guard=guard, **how)


async def test_it_posts_the_body_as_json_and_says_who_it_is(receiver):
    assert await sent(receiver.url + "?key=1") == Reply(204, "", "")
    [request] = receiver.received
    assert (request.path, request.body) == ("/hooks?key=1", b'{"type":"x"}')
    assert (request.headers["content-type"], request.headers["user-agent"]) == ("application/json", "SautiQual")
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("8.8.8.8", "10.0.0.1"), ("::ffff:169.254.169.254",)], ids=["loopback", "mixed", "mapped"])
async def test_a_name_that_leads_to_a_private_address_is_not_asked(receiver, addresses):
    reply = await sent(f"https://crm.example.com:{receiver.port}/", PUBLIC, resolve=leads_to(*addresses))
    assert "private address" in reply.error and reply.status is None
    assert receiver.received == []


async def test_plain_http_is_refused_at_the_delivery_as_well(receiver):
    assert "Use https" in (await sent(receiver.url, Guard(may_be_http=False, may_be_private=True))).error
    assert receiver.received == []


async def test_it_asks_the_name_server_once_and_connects_to_what_it_said(receiver):
    """Between the look and the connection a name can be made to lead elsewhere: it is not asked again."""
    resolve = leads_to("127.0.0.1")
    assert (await sent(f"http://crm.example.com:{receiver.port}/", resolve=resolve)).status == 204
    assert resolve.asked == ["crm.example.com"]
    assert receiver.received[0].headers["host"] == f"crm.example.com:{receiver.port}"


async def test_the_next_address_of_a_name_is_tried_when_the_first_takes_no_connection(receiver):
    resolve = leads_to("127.0.0.2", "127.0.0.1")  # nothing listens at the first
    assert (await sent(f"http://crm.example.com:{receiver.port}/", resolve=resolve)).status == 204


async def test_a_redirect_is_not_followed(receiver):
    receiver.answers = [Answer(302, headers={"location": receiver.url + "/elsewhere"})]
    reply = await sent(receiver.url)
    assert reply.status == 302 and "not followed" in reply.error
    assert len(receiver.received) == 1


async def test_a_server_that_does_not_answer_is_given_up_in_time(receiver):
    receiver.answers = [HANG]
    assert (await sent(receiver.url, within_s=0.2)).error == "It did not answer within 0.2 s."


async def test_so_is_a_name_server(receiver):
    async def never(host: str, port: int) -> list[str]:
        await receiver._release.wait()
        return []

    assert "within 0.2 s" in (await sent(receiver.url, resolve=never, within_s=0.2)).error


async def test_a_long_answer_is_read_no_further_than_its_beginning(receiver):
    receiver.answers = [Answer(500, b"\x00no " + "ä".encode() * 100_000)]
    reply = await sent(receiver.url)
    assert (reply.status, reply.error, len(reply.excerpt)) == (500, "It answered 500.", 200)
    assert reply.excerpt.startswith("no ää")


async def test_a_port_where_nobody_listens_is_told(receiver):
    assert (await sent("http://127.0.0.1:9/")).error == "It could not be reached."


@pytest.mark.parametrize("addresses", [(), None], ids=["no address", "no such name"])
async def test_a_name_that_leads_nowhere_is_told(addresses):
    async def resolve(host: str, port: int) -> list[str]:
        if addresses is None:
            raise OSError
        return list(addresses)

    assert (await sent("https://crm.example.com/", PUBLIC, resolve=resolve)).error == "Its name leads to no address."


async def test_an_answer_that_is_no_http_is_told(receiver):
    receiver.answers = [object()]  # the connection closes without a word
    assert "broke off" in (await sent(receiver.url)).error


class TestTls:
    """A server with a certificate for crm.example.com, at an address that is checked beforehand."""

    async def test_the_certificate_is_that_of_the_name_not_of_the_address(self, tmp_path):
        serving, trusted = certificate_for("crm.example.com", tmp_path)
        async with Receiver(serving) as receiver:
            url = f"https://crm.example.com:{receiver.port}/hooks"
            assert (await sent(url, resolve=leads_to("127.0.0.1"), trusted=trusted)).status == 204

    @pytest.mark.parametrize("is_trusted", [True, False], ids=["of another name", "by nobody known"])
    async def test_a_certificate_that_proves_nothing_stops_it(self, tmp_path, is_trusted):
        serving, trusted = certificate_for("crm.example.com", tmp_path)
        async with Receiver(serving) as receiver:
            name = "other.example.com" if is_trusted else "crm.example.com"
            known = trusted if is_trusted else ssl.create_default_context()
            reply = await sent(f"https://{name}:{receiver.port}/", resolve=leads_to("127.0.0.1"), trusted=known)
            assert "certificate" in reply.error and receiver.received == []
