"""A campaign's checklist as tests read it."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.launch.checklist import checklist
from campaigns.launch.collecting import facts_of
from campaigns.launch.facts import Facts
from campaigns.launch.items import Item, Key, State, stops
from campaigns.launch.words import in_words
from campaigns.models import Campaign


@dataclass(frozen=True)
class Checklist:
    items: tuple[Item, ...]

    def __getitem__(self, key: Key) -> Item:
        return next(item for item in self.items if item.key is key)

    def state(self, key: Key) -> State:
        return self[key].state

    def words(self, key: Key) -> str:
        return " ".join(in_words(said) for said in self[key].found)

    def mends(self, key: Key) -> list[str]:
        return [mend.command or (mend.page.value if mend.page else "") for mend in self[key].mends]

    @property
    def stopping(self) -> list[str]:
        return [in_words(said) for item in stops(self.items) for said in item.found]

    @property
    def stopping_keys(self) -> set[Key]:
        return {item.key for item in stops(self.items)}


def of(facts: Facts) -> Checklist:
    return Checklist(checklist(facts))


def checked(campaign: Campaign) -> Checklist:
    return of(facts_of(Campaign.objects.select_related("script", "line").get(pk=campaign.pk)))
