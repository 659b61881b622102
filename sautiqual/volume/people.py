"""Who the people of the volume are: number, name, place and what they agreed to, all decided by chance from a seed.

Values in, values out; `random` is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Market:
    code: str
    prefix: str  # of its mobile numbers, in E.164
    n_digits: int  # after it
    zone: str
    languages: tuple[str, ...]
    regions: tuple[str, ...]
    share: int


MARKETS = (
    Market("KE", "+2547", 8, "Africa/Nairobi", ("en-KE", "sw"), ("Nairobi", "Mombasa", "Kisumu", "Nakuru", "Eldoret"), 46),
    Market("TZ", "+2557", 8, "Africa/Dar_es_Salaam", ("sw", "en"), ("Dar es Salaam", "Arusha", "Mwanza", "Dodoma"), 16),
    Market("UG", "+25677", 7, "Africa/Kampala", ("en", "sw"), ("Kampala", "Entebbe", "Gulu"), 12),
    Market("NG", "+23480", 8, "Africa/Lagos", ("en", "ha"), ("Lagos", "Abuja", "Kano"), 16),
    Market("RW", "+25078", 7, "Africa/Kigali", ("en", "fr"), ("Kigali", "Huye"), 4),
    Market("GH", "+23324", 7, "Africa/Accra", ("en",), ("Accra", "Kumasi"), 6),
)
FIRST = (
    "Achieng", "Amani", "Asha", "Baraka", "Chebet", "Chiku", "Daudi", "Esther", "Fatuma", "Grace", "Halima", "Ibrahim", "Jabali", "Juma", "Kamau",
    "Kwame", "Leila", "Makena", "Mosi", "Mwangi", "Naliaka", "Neema", "Njeri", "Nuru", "Ochieng", "Olu", "Omari", "Otieno", "Pendo", "Rehema",
    "Salma", "Samuel", "Tatu", "Temba", "Uwase", "Wanjiru", "Wekesa", "Yaw", "Zawadi", "Zuri",
)  # fmt: skip
LAST = (
    "Abdi", "Adeyemi", "Akoth", "Asante", "Barasa", "Chukwu", "Hassan", "Kagame", "Karanja", "Kariuki", "Kibet", "Kimani", "Kiptoo", "Komba",
    "Maina", "Mbogo", "Mensah", "Mollel", "Mugisha", "Musa", "Mushi", "Mutiso", "Mutua", "Mwakyusa", "Nabirye", "Ndung'u", "Njoroge", "Nyambura",
    "Odhiambo", "Okafor", "Okello", "Omondi", "Onyango", "Owino", "Said", "Simiyu", "Ssali", "Wafula", "Wambui", "Were",
)  # fmt: skip
COMPANIES = ("Baobab Traders", "Simba Logistics", "Lake Foods", "Upendo School", "Jua Solar", "Mto Clinic", "Pwani Hotel", "Kilimo Farms")
SOURCES = ("web form", "trade fair Nairobi", "newsletter", "shop visit", "referral", "CRM export 2025", "app sign-up", "webinar", "partner list")
STEP = 7_368_787  # prime, so that each n has digits of its own, in no order that shows
_MARKETS = tuple(market for market in MARKETS for _ in range(market.share))


@dataclass(frozen=True, slots=True)
class Person:
    phone: str
    name: str
    market: Market
    language: str
    time_zone: str  # "": not known, so they are never called
    source: str
    external_id: str | None
    company: str
    region: str
    n_consents: int  # 0: never asked; 2: given and withdrawn


def person(n: int, random: Random) -> Person:
    """The n-th, from 0; two people have two numbers as long as n is below ten million."""
    market = _MARKETS[int(random.random() * len(_MARKETS))]
    languages = market.languages
    chance = random.random()
    return Person(
        phone=f"{market.prefix}{n * STEP % 10**market.n_digits:0{market.n_digits}d}",
        name=f"{_one(FIRST, random)} {_one(LAST, random)}",
        market=market,
        language=languages[0] if random.random() < 0.7 else languages[-1],
        time_zone=market.zone if chance < 0.995 else "",
        source=_one(SOURCES, random),
        external_id=f"CRM-{n:07d}" if chance < 0.6 else None,
        company=_one(COMPANIES, random),
        region=_one(market.regions, random),
        n_consents=0 if chance < 0.03 else 2 if chance < 0.05 else 1,
    )


def _one(words: tuple[str, ...], random: Random) -> str:
    return words[int(random.random() * len(words))]
