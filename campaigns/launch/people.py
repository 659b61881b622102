"""The launch checklist's items about leads, the law, money and reps. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from campaigns.budget import cap_in_the_way
from campaigns.launch.facts import Facts, PackFacts
from campaigns.launch.hours import first_ring, is_open_now, share_with_reps
from campaigns.launch.items import Item, Key, Mend, Minor, Page, Said, State, _, as_it_is, item, said
from campaigns.launch.set_up import found_about
from campaigns.obstacles import Topic
from leads.said import sentence, spaced
from leads.words import ConsentGrade

SURVEY = "survey"
GRADES_WEAKEST_FIRST = tuple(grade.value for grade in ConsentGrade)
FEW_SHARE = 0.5  # of calling time with a rep at work: under it, most hot leads would only get a promise
N_REASONS = 6
SOON = timedelta(days=1)


def leads(facts: Facts) -> Item:
    if not facts.n_enrolled:
        return item(Key.LEADS, State.HURTS, said(_("Nobody is enrolled, so nobody would be called.")), Mend(said(_("Enrol leads.")), Page.ENROL))
    words = said(_("Enrolled: %(n)s, of them queued: %(queued)s."), n=facts.n_enrolled, queued=facts.n_queued)
    if not facts.n_queued:
        return item(Key.LEADS, State.HURTS, words, said(_("No call is queued.")), Mend(said(_("Enrol leads.")), Page.ENROL))
    return item(Key.LEADS, State.FINE, words)


def languages(facts: Facts) -> Item:
    told_in = {language.split("-")[0].lower() for language in facts.script_languages}
    other = {language: n for language, n in facts.by_language.items() if language and language not in told_in}
    wrong = [
        said(
            _("Leads who speak %(language)s: %(n)s. The script does not, so they hear %(own)s."),
            language=language,
            n=n,
            own=facts.script_languages[0],
        )
        for language, n in sorted(other.items(), key=lambda row: (-row[1], row[0]))
    ]
    mends = [Mend(said(_("Add the language to the script.")), Page.SCRIPT)] if wrong else []
    for language in facts.voice.unspoken:
        wrong.append(said(_("The voice %(voice)s does not speak %(language)s."), voice=facts.voice.names[0], language=language))
    if facts.voice.unspoken:
        mends.append(Mend(said(_("Choose a voice that does.")), Page.CAMPAIGN))
    known = sum(n for language, n in facts.by_language.items() if language)
    words = _("The script speaks %(languages)s. The language of %(known)s of %(n)s leads is known.")
    told = said(words, languages=", ".join(facts.script_languages), known=known, n=facts.n_looked_at)
    return item(Key.LANGUAGES, State.HURTS if wrong else State.FINE, *_by_chance(facts), told, *wrong, *mends)


def _by_chance(facts: Facts) -> Iterator[Said]:
    """Said first, where the figures that follow are not of all leads."""
    if facts.n_looked_at < facts.n_enrolled:
        yield said(_("Looked at, by chance: %(n)s of %(all)s leads."), n=facts.n_looked_at, all=facts.n_enrolled)


def packs(facts: Facts) -> Item:
    found = found_about(facts, Topic.PACKS)
    told = [*_by_chance(facts), *(sentence for pack in facts.packs for sentence in _pack_words(pack))]
    if found:
        return item(Key.PACKS, State.STOPS, *found, *told, Mend(said(_("Who has answered for old packs.")), Page.PACKS))
    if not facts.packs:
        return item(Key.PACKS, State.FINE, said(_("Nobody is enrolled, so no market counts yet.")))
    is_doubtful = any(not pack.name or pack.n_unverified for pack in facts.packs)
    return item(Key.PACKS, State.HURTS if is_doubtful else State.FINE, *told)


def _pack_words(pack: PackFacts) -> Iterator[Said]:
    if not pack.name:
        market = pack.market or "–"
        yield said(_("Leads of the market %(market)s: %(n)s. There is no pack for it, so they are not called."), market=market, n=pack.n_leads)
        return
    words = _("%(name)s (%(version)s), leads: %(n)s. The oldest rule was read on %(on)s.")
    yield said(words, name=sentence(pack.name), version=pack.version, n=pack.n_leads, on=str(pack.reviewed_on))
    if pack.is_old and pack.acknowledged_by:
        yield said(_("It is old, and %(by)s answers for it."), by=pack.acknowledged_by)
    if pack.n_unverified:
        yield said(_("Rules of it that nobody has verified at their source (tag U): %(n)s. Ask a lawyer of that country."), n=pack.n_unverified)


def consent(facts: Facts) -> Item:
    if not facts.n_enrolled:
        return item(Key.CONSENT, State.FINE, said(_("Nobody is enrolled.")))
    grades = sorted(facts.consent.by_grade.items(), key=lambda row: _strength(row[0]))
    shares = [said(_("Consent by “%(grade)s”: %(n)s of %(all)s."), grade=spaced(grade), n=n, all=facts.n_looked_at) for grade, n in grades]
    weakest = [said(_("The weakest evidence among them is “%(grade)s”."), grade=grades[0][0])] if len(grades) > 1 else []
    lacking = [said(_("Without any consent for this purpose: %(n)s."), n=facts.consent.n_without)] if facts.consent.n_without else []
    if facts.consent.n_withdrawn:
        lacking.append(said(_("Who have once taken a consent back: %(n)s."), n=facts.consent.n_withdrawn))
    judged = list(_judged_words(facts))
    is_in_doubt = bool(facts.consent.n_without or (facts.judged and facts.judged.n_refused))
    mends = [Mend(said(_("Open the leads.")), Page.LEADS)] if is_in_doubt else []
    if facts.judged and facts.judged.is_by_preflight and facts.preflight:
        mends.append(Mend(said(_("Who they are, by reason.")), Page.PREFLIGHT, facts.preflight.preflight_id))
    return item(Key.CONSENT, State.HURTS if is_in_doubt else State.FINE, *_by_chance(facts), *shares, *weakest, *lacking, *judged, *mends)


def _strength(grade: str) -> tuple[int, str]:
    return (GRADES_WEAKEST_FIRST.index(grade) if grade in GRADES_WEAKEST_FIRST else -1, grade)


def _judged_words(facts: Facts) -> Iterator[Said]:
    judged = facts.judged
    if judged is None:
        yield said(_("How many the rules would refuse now, a preflight counts."))
        return
    if judged.is_by_preflight:
        words = _("By the preflight of %(at)s the rules refuse %(refused)s of %(n)s.")
        yield said(words, at=judged.at, refused=judged.n_refused, n=judged.n)
    else:
        yield said(_("Judged just now, the rules refuse %(refused)s of %(n)s."), refused=judged.n_refused, n=judged.n)
    if judged.is_out_of_date:
        yield said(_("That preflight is out of date."))
    for reason, n, mend in judged.reasons[:N_REASONS]:
        yield said(_("%(n)s: %(reason)s. %(mend)s"), n=n, reason=spaced(reason), mend=sentence(mend))


def do_not_call(facts: Facts) -> Item:
    if not facts.n_do_not_call:
        words = said(_("The do-not-call list is empty. Who said no to you elsewhere would be called."))
        mend = Mend(said(_("Load your own list and the register of the market, if there is one.")), Page.DO_NOT_CALL)
        return item(Key.DO_NOT_CALL, State.HURTS, words, mend)
    words = said(_("Entries on the do-not-call list: %(n)s, the newest of %(at)s."), n=facts.n_do_not_call, at=facts.do_not_call_at or "–")
    return item(Key.DO_NOT_CALL, State.FINE, words)


def hours(facts: Facts) -> Item:
    if not facts.places:
        return item(Key.HOURS, State.FINE, said(_("Nobody is enrolled, so no clock counts yet.")))
    first = first_ring(facts.places)
    if first is None:
        mend = Mend(said(_("Compare zones and markets of the leads.")), Page.LEADS)
        return item(Key.HOURS, State.HURTS, said(_("No calling hours are near for any of the leads.")), mend)
    n_open = sum(place.n_leads for place in facts.places if is_open_now(place, facts.now))
    if n_open:
        words = said(_("Calling hours are open now for %(n)s of %(all)s leads."), n=n_open, all=facts.n_looked_at)
        return item(Key.HOURS, State.FINE, *_by_chance(facts), words)
    words = said(_("Calling hours are closed now. The first phone may ring at %(at)s."), at=first)
    state = State.FINE if first - facts.now <= SOON else State.HURTS
    return item(Key.HOURS, state, words, said(_("It can be started all the same, and waits for the opening.")))


def budget(facts: Facts) -> Item:
    mend = Mend(said(_("Set the budget in the campaign.")), Page.CAMPAIGN)
    expected = list(_expected(facts))
    old = [as_it_is(sentence) for sentence in facts.old_prices]
    if (short := cap_in_the_way(facts.caps, facts.next_minor)) is not None:
        words = _("The budget %(name)s has no room for one more call, which may cost %(next)s: %(left)s is left.")
        told = said(words, name=short.name, next=Minor(facts.next_minor), left=Minor(short.left_minor or 0))
        return item(Key.BUDGET, State.STOPS, told, *expected, *old, mend, Mend(said(_("Open the limits of all campaigns.")), Page.ORGANISATION))
    caps = [
        said(_("Left of the budget %(name)s: %(left)s."), name=cap.name, left=Minor(cap.left_minor or 0))
        for cap in facts.caps
        if cap.cap_minor is not None
    ]
    own = facts.caps[0]
    if own.cap_minor is None:
        return item(Key.BUDGET, State.HURTS, said(_("The campaign has no budget, so nothing ends its spending.")), *caps, *expected, *old, mend)
    high = facts.preflight.high_minor if facts.preflight else None
    if high is not None and high > (own.left_minor or 0):
        dry = said(_("It may run dry before everybody is called."))
        return item(Key.BUDGET, State.HURTS, *caps, *expected, dry, *old, mend)
    return item(Key.BUDGET, State.HURTS if old else State.FINE, *caps, *expected, *old)


def _expected(facts: Facts) -> Iterator[Said]:
    kept = facts.preflight
    if kept is not None and kept.mid_minor is not None and kept.high_minor is not None:
        yield said(_("The preflight expects %(mid)s, at most %(high)s."), mid=Minor(kept.mid_minor), high=Minor(kept.high_minor))
    else:
        yield said(_("What it will cost, a preflight tells."))


def reps(facts: Facts) -> Item:
    if facts.kind == SURVEY:
        return item(Key.REPS, State.FINE, said(_("A survey hands nobody over.")))
    choose, verify = Mend(said(_("Choose reps in the campaign.")), Page.CAMPAIGN), Mend(said(_("Open the reps.")), Page.REPS)
    team = facts.reps
    if not team.n_assigned:
        return item(Key.REPS, State.HURTS, said(_("No rep is assigned: hot leads would only get a promise.")), choose)
    words = _("Reps assigned: %(n)s, with a verified number: %(ready)s, available now: %(available)s.")
    told = said(words, n=team.n_assigned, ready=team.n_ready, available=team.n_available)
    wrong = list(_rep_faults(facts))
    return item(Key.REPS, State.HURTS if wrong else State.FINE, told, *_rep_figures(facts), *wrong, *([verify] if wrong else []))


def _rep_figures(facts: Facts) -> Iterator[Said]:
    share = share_with_reps(facts.places, facts.reps.diaries, facts.now)
    if share is not None:
        yield said(_("A rep is at work in %(percent)s %% of the calling time of the coming week."), percent=round(100 * share))
    kept = facts.preflight
    if kept is not None and kept.n_hot is not None:
        yield said(_("The preflight expects hot leads: %(n)s."), n=kept.n_hot)


def _rep_faults(facts: Facts) -> Iterator[Said]:
    team, kept = facts.reps, facts.preflight
    if team.n_unverified:
        yield said(_("Reps without a verified number, who are not rung: %(n)s."), n=team.n_unverified)
    if not team.n_ready:
        yield said(_("No rep can be rung: hot leads would only get a promise."))
        return
    if facts.waits_for_reps and not team.n_available:
        yield said(_("No rep is available now, and no phone rings until one is. To call without reps, empty “hot leads a free rep” in the campaign."))
    share = share_with_reps(facts.places, team.diaries, facts.now)
    if share is not None and share < FEW_SHARE:
        yield said(_("For most of the calling time no rep is at work."))
    if kept is not None and kept.n_reps_needed is not None and kept.n_reps_needed > team.n_ready:
        words = _("In its fullest hour the preflight needs %(needed)s reps, and %(ready)s can be rung.")
        yield said(words, needed=kept.n_reps_needed, ready=team.n_ready)
    unspoken = [language for language in facts.by_language if language and team.languages is not None and language not in team.languages]
    if facts.is_language_matched and unspoken:
        yield said(_("No rep speaks: %(languages)s."), languages=", ".join(sorted(unspoken)))
