from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bridge.events import StreamClosed, StreamOpened
from bridge.inbox import Audio, Inbox, Tick


def emptied(inbox: Inbox) -> list[Any]:
    items: list[Any] = []
    while (item := inbox.get_waiting()) is not None:
        items.append(item)
    return items


def test_audio_and_events_come_out_in_the_order_they_went_in():
    inbox = Inbox()
    inbox.put(StreamOpened())
    inbox.put_audio(b"a")
    inbox.put(Tick())
    assert emptied(inbox) == [StreamOpened(), Audio(b"a"), Tick()]


async def test_whoever_waits_gets_what_comes():
    inbox = Inbox()
    asyncio.get_running_loop().call_soon(inbox.put_audio, b"a")
    async with asyncio.timeout(60):
        assert await inbox.get() == Audio(b"a")


def test_full_it_drops_the_oldest_audio_and_counts_it():
    inbox = Inbox(max_audio_bytes=4)
    for pcm in (b"aa", b"bb", b"cc", b"dd"):
        inbox.put_audio(pcm)
    assert emptied(inbox) == [Audio(b"cc", n_lost_bytes=4), Audio(b"dd")]
    assert inbox.n_dropped_bytes == 4


def test_full_it_drops_no_event():
    inbox = Inbox(max_audio_bytes=2)
    inbox.put_audio(b"aa")
    inbox.put(StreamClosed())
    inbox.put_audio(b"bb")
    assert emptied(inbox) == [StreamClosed(), Audio(b"bb", n_lost_bytes=2)]


def test_what_is_longer_than_all_its_room_is_dropped_itself():
    inbox = Inbox(max_audio_bytes=2)
    inbox.put_audio(b"aaa")
    assert emptied(inbox) == []
    inbox.put_audio(b"b")
    assert emptied(inbox) == [Audio(b"b", n_lost_bytes=3)]


@given(sizes=st.lists(st.integers(0, 20)), n_read=st.integers(0, 5))
def test_no_byte_is_unaccounted_for(sizes, n_read):
    inbox = Inbox(max_audio_bytes=30)
    taken: list[Any] = []
    for n, size in enumerate(sizes):
        inbox.put_audio(b"x" * size)
        if n % 6 < n_read and (item := inbox.get_waiting()) is not None:
            taken.append(item)
    inbox.put_audio(b"")
    taken += emptied(inbox)
    assert sum(len(item.pcm) + item.n_lost_bytes for item in taken) == sum(sizes)
    assert sum(item.n_lost_bytes for item in taken) == inbox.n_dropped_bytes
