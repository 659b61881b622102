"""Market packs that have grown old: which of them nobody answers for, and somebody's word for one of them.

The only writer of PackAcknowledgement. A pack's age is judged in market_rules; a single call is not refused for it, but its decision says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from leads import audit
from leads.entry_refused import EntryRefused
from leads.market_packs import market_packs
from leads.market_rules import MarketPack, packs_to_review, stale_rules
from leads.models import PackAcknowledgement


def packs_nobody_answers_for(markets: Iterable[str], *, at: datetime) -> tuple[MarketPack, ...]:
    """Of these markets, the packs that must be read again and whose present version nobody has acknowledged. A market without a pack has none."""
    old = packs_to_review(market_packs(), at.date())
    if not old:  # most days
        return ()
    kept = set(PackAcknowledgement.objects.filter(market__in=old).values_list("market", "pack_version"))
    packs = (market_packs()[market] for market in sorted(old.keys() & set(markets)))
    return tuple(pack for pack in packs if (pack.market, pack.version) not in kept)


def acknowledgement_of(pack: MarketPack, *, at: datetime) -> int | None:
    """Id of the word that somebody had given by `at` for this version of a pack that was old then; None: it was not old, or nobody had."""
    if not stale_rules(pack, on=at.date()):  # no query on most days
        return None
    words = PackAcknowledgement.objects.filter(market=pack.market, pack_version=pack.version, acknowledged_at__lte=at)
    return words.values_list("pk", flat=True).first()


def acknowledge_pack(market: str, *, by: AbstractBaseUser, at: datetime) -> tuple[PackAcknowledgement, bool]:
    """Keep that `by` answers for the pack as it stands; (row, is it new). Raises EntryRefused if there is no such pack or it is not old."""
    pack = market_packs().get(market)
    if pack is None:
        raise EntryRefused("market", f"There is no market pack {market}. Write one of {', '.join(market_packs())}.")
    if not packs_to_review({market: pack}, at.date()):
        raise EntryRefused("market", f"The market pack {pack.version} needs no acknowledgement: it was read within the last 180 days.")
    with transaction.atomic():
        kept, is_new = PackAcknowledgement.objects.get_or_create(
            market=market, pack_version=pack.version, defaults={"acknowledged_by_id": by.pk, "acknowledged_at": at}
        )
        if is_new:
            audit.record(by.get_username(), audit.Act.WAIVE, "market pack", pack.version, what="called by although nobody read it again for long")
    return kept, is_new
