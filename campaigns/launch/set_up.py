"""The launch checklist's items about what is set up: script, voice, platform, lines, processes, approval. Pure."""

from __future__ import annotations

from datetime import timedelta

from campaigns.launch.facts import Facts, LineFacts
from campaigns.launch.items import Item, Key, Mend, Page, Said, State, _, as_it_is, item, said
from campaigns.obstacles import Topic
from leads.said import listed, sentence, spaced

DRAFT, APPROVED, RUNNING, PAUSED, CLOSED = "draft", "approved", "running", "paused", "closed"
A_DIALER_LIVES_FOR = timedelta(minutes=3)  # it signs the flight record once a minute


def found_about(facts: Facts, *topics: Topic) -> list[Said]:
    return [as_it_is(obstacle.sentence) for obstacle in facts.obstacles if obstacle.topic in topics]


def status(facts: Facts) -> Item:
    if facts.status == CLOSED:
        mend = Mend(said(_("Make another campaign.")), Page.CAMPAIGNS)
        return item(Key.STATUS, State.STOPS, said(_("This campaign is closed for good.")), mend)
    if facts.status == RUNNING:
        return item(Key.STATUS, State.FINE, said(_("It runs already. What is listed here would keep it from being resumed.")))
    if facts.status == PAUSED:
        return item(Key.STATUS, State.FINE, said(_("It is paused, and can be resumed. %(why)s"), why=facts.pause_reason))
    return item(Key.STATUS, State.FINE, said(_("It has not been started yet.")))


def script(facts: Facts) -> Item:
    found = found_about(facts, Topic.SCRIPT, Topic.DISCLOSURE)
    if found:
        return item(Key.SCRIPT, State.STOPS, *found, Mend(said(_("Open the script.")), Page.SCRIPT))
    if not facts.n_questions:
        words = said(_("The script asks no question: the call says its disclosure and ends."))
        return item(Key.SCRIPT, State.HURTS, words, Mend(said(_("Open the script.")), Page.SCRIPT))
    fine = said(_("No faults, and the disclosure says what the markets demand. Questions: %(n)s."), n=facts.n_questions)
    return item(Key.SCRIPT, State.FINE, fine)


def rehearsal(facts: Facts) -> Item:
    kept = facts.rehearsal
    if found := found_about(facts, Topic.REHEARSAL):
        return item(Key.REHEARSAL, State.STOPS, *found, Mend(said(_("Open the script to rehearse it.")), Page.SCRIPT))
    if kept is None:
        return item(Key.REHEARSAL, State.FINE, said(_("This version was launched before, and needs no rehearsal any more.")))
    if kept.waived_because:
        words = said(_("%(by)s waived it at %(at)s: %(why)s"), by=kept.by, at=kept.at, why=kept.waived_because)
        return item(Key.REHEARSAL, State.HURTS, words, Mend(said(_("Open the script to rehearse it.")), Page.SCRIPT))
    return item(Key.REHEARSAL, State.FINE, said(_("%(by)s rehearsed it as it reads now at %(at)s."), by=kept.by, at=kept.at))


def voice(facts: Facts) -> Item:
    names = ", ".join(facts.voice.names)
    mend = Mend(said(_("Choose another voice in the campaign, or set its key and restart.")), Page.CAMPAIGN)
    if found := found_about(facts, Topic.VOICE):
        return item(Key.VOICE, State.STOPS, *found, mend)
    if facts.voice.dead:
        return item(Key.VOICE, State.STOPS, as_it_is(facts.voice.dead), mend)
    check = Mend(said(_("Have it say a sentence and hear itself.")), command=f"manage.py check_voice {facts.voice.names[0]}")
    if facts.voice.passed_over:
        return item(Key.VOICE, State.HURTS, as_it_is(facts.voice.passed_over), check)
    if facts.voice.is_for_rehearsal:
        return item(Key.VOICE, State.FINE, said(_("Set up: %(names)s. It needs no key."), names=names))
    words = said(_("Its key is set: %(names)s. Whether the provider accepts it, only a check or a call shows."), names=names)
    return item(Key.VOICE, State.UNKNOWN, words, check)


def clips(facts: Facts) -> Item:
    found, mend = found_about(facts, Topic.CLIPS), Mend(said(_("Make them, listen, and approve them.")), Page.CLIPS)
    have = said(_("Sentences with an approved clip: %(ready)s of %(needed)s."), ready=facts.clips.n_ready, needed=facts.clips.n_needed)
    if found:
        return item(Key.CLIPS, State.STOPS, *found, have, mend)
    if facts.clips.mute:
        names = listed([spaced(name) for name in facts.clips.mute])
        words = said(_("Should the voice fail, nobody could say: %(names)s. The callee would hear silence."), names=names)
        return item(Key.CLIPS, State.HURTS, words, have, mend)
    if facts.clips.n_to_listen:
        words = said(_("Clips that wait for somebody to listen: %(n)s."), n=facts.clips.n_to_listen)
        return item(Key.CLIPS, State.HURTS, words, have, mend)
    return item(Key.CLIPS, State.FINE, have if facts.clips.is_required else said(_("Its voices read out what is written, so no clips are needed.")))


def platform(facts: Facts) -> Item:
    mend = Mend(said(_("Whoever runs the server sets this and restarts it.")), command="manage.py check")
    if found := found_about(facts, Topic.PLATFORM):
        return item(Key.PLATFORM, State.STOPS, *found, mend)
    if not facts.platform.is_real:
        return item(Key.PLATFORM, State.FINE, said(_("Simulated lines only: no key is needed, and no phone rings.")))
    reached = said(_("The key is set. The platform reaches us at %(url)s; that it really does, a line check shows."), url=facts.platform.public_url)
    if not facts.platform.n_secrets:
        words = said(_("No signing secret is set: the random token of each answer address is the only proof that the platform asks."))
        secrets = Mend(said(_("Set SAUTIKIT_SIGNING_SECRETS to the number's secret and restart.")))
        return item(Key.PLATFORM, State.HURTS, reached, words, secrets)
    return item(Key.PLATFORM, State.FINE, reached, said(_("Signing secrets: %(n)s."), n=facts.platform.n_secrets))


def line(facts: Facts) -> Item:
    mend = Mend(said(_("Open the phone line.")), Page.LINE, facts.lines[0].line_id)
    if found := found_about(facts, Topic.LINE):
        return item(Key.LINE, State.STOPS, *found, mend)
    told = [_line_words(each) for each in facts.lines]
    closed = [as_it_is(sentence) for each in facts.lines[1:] for sentence in each.in_the_way]
    unchecked = [each for each in facts.lines if not each.is_simulated and (each.checked_at is None or each.check_failed)]
    doubts = [said(_("%(number)s has no finished check: %(why)s"), number=each.number, why=each.check_failed) for each in unchecked]
    checks = [Mend(said(_("Check %(number)s."), number=each.number), Page.CHECK_LINE, each.line_id) for each in unchecked]
    if facts.max_calls_in_flight > sum(each.max_calls_in_flight for each in facts.lines):
        words = _("The campaign may have %(n)s calls in flight, its lines together only %(lines)s.")
        closed.append(said(words, n=facts.max_calls_in_flight, lines=sum(each.max_calls_in_flight for each in facts.lines)))
    if closed or doubts:
        return item(Key.LINE, State.HURTS, *told, *closed, *doubts, *(checks or [mend]))
    return item(Key.LINE, State.FINE, *told)


def _line_words(each: LineFacts) -> Said:
    words = _("%(number)s%(simulated)s: hand-off by %(strategy)s, at most %(flight)s calls in flight and %(second)s a second.")
    simulated = sentence(" (simulated)") if each.is_simulated else ""
    second = f"{each.calls_per_second:g}"
    return said(words, number=each.number, simulated=simulated, strategy=each.strategy, flight=each.max_calls_in_flight, second=second)


def routing(facts: Facts) -> Item:
    real = [each for each in facts.lines if not each.is_simulated]
    if not real:
        return item(Key.ROUTING, State.FINE, said(_("Simulated numbers need no routing.")))
    words = said(_("Whether people who call back are answered is decided at the platform, and cannot be seen from here."))
    mends = (Mend(said(_("Point its routing at this server.")), command=f"manage.py route_number {each.number}") for each in real)
    return item(Key.ROUTING, State.UNKNOWN, words, *mends)


def limits(facts: Facts) -> Item:
    if found := found_about(facts, Topic.LIMITS):
        return item(Key.LIMITS, State.STOPS, *found, Mend(said(_("Open the campaign.")), Page.CAMPAIGN))
    return item(Key.LIMITS, State.FINE, said(_("At most %(n)s calls in flight."), n=facts.max_calls_in_flight))


def recording(facts: Facts) -> Item:
    if not facts.is_recorded:
        return item(Key.RECORDING, State.FINE, said(_("Calls are not recorded.")))
    refused = [sentence(pack.name) for pack in facts.packs if not pack.may_record]
    never = [said(_("Never recorded, because their market says so: %(markets)s."), markets=listed(refused))] if refused else []
    if not facts.n_keys:
        words = said(_("Recordings are kept without encryption."))
        return item(Key.RECORDING, State.HURTS, words, *never, Mend(said(_("Set RECORDING_KEY (README, Going live) and restart."))))
    return item(Key.RECORDING, State.FINE, said(_("Calls are recorded, and the files are encrypted.")), *never)


def retention(facts: Facts) -> Item:
    told = [
        said(_("%(market)s: recordings and transcripts are deleted after %(days)s days."), market=sentence(pack.name), days=pack.words_kept_days)
        for pack in facts.packs
        if pack.words_kept_days is not None
    ]
    return item(Key.RETENTION, State.FINE, *(told or [said(_("Nobody is enrolled, so no period is known yet."))]))


def webhooks(facts: Facts) -> Item:
    mend = Mend(said(_("Open the webhooks.")), Page.WEBHOOKS)
    off, failing = facts.n_webhooks_off, facts.n_webhooks_failing
    wrong = [said(_("Switched off: %(n)s."), n=off)] if off else []
    wrong += [said(_("With a failed last attempt: %(n)s."), n=failing)] if failing else []
    if wrong:
        return item(Key.WEBHOOKS, State.HURTS, *wrong, said(_("Other systems would not hear of hot leads.")), mend)
    if not facts.n_webhooks:
        return item(Key.WEBHOOKS, State.FINE, said(_("There are none, so no other system is told.")))
    return item(Key.WEBHOOKS, State.FINE, said(_("Webhooks that are on: %(n)s."), n=facts.n_webhooks))


def stop(facts: Facts) -> Item:
    if facts.stopped:
        mend = Mend(said(_("Resume all dialing on the first page, when the reason is gone.")), Page.HOME)
        return item(Key.STOP, State.STOPS, as_it_is(facts.stopped), mend)
    return item(Key.STOP, State.FINE, said(_("All dialing is on.")))


def server(facts: Facts) -> Item:
    processes = facts.processes
    if not processes.n_servers:
        mend = Mend(said(_("Start it.")), command="manage.py run")
        return item(Key.SERVER, State.STOPS, said(_("No server process that holds calls is running, so no phone would ring.")), mend)
    words = said(_("Server processes: %(n)s, with room for %(room)s calls."), n=processes.n_servers, room=processes.room)
    return item(Key.SERVER, State.FINE, words)


def dialer(facts: Facts) -> Item:
    at = facts.processes.dialer_at
    if at is not None and facts.now_real - at <= A_DIALER_LIVES_FOR:
        return item(Key.DIALER, State.FINE, said(_("The dialer gave a sign of life at %(at)s."), at=at))
    mend = Mend(said(_("Start it.")), command="manage.py run")
    return item(Key.DIALER, State.STOPS, said(_("No dialer has given a sign of life for three minutes, so no phone would ring.")), mend)


def worker(facts: Facts) -> Item:
    processes = facts.processes
    if processes.n_jobs_waiting:
        words = said(_("Jobs that nobody has taken up for a minute: %(n)s. Prices, webhooks and large preflights wait."), n=processes.n_jobs_waiting)
        mends = (Mend(said(_("Start it.")), command="manage.py run"), Mend(said(_("Open the jobs.")), Page.JOBS))
        return item(Key.WORKER, State.HURTS, words, *mends)
    if processes.worker_at is None:
        words = said(_("No job has run today, so it cannot be seen whether a worker is there."))
        return item(Key.WORKER, State.UNKNOWN, words, Mend(said(_("Start it.")), command="manage.py run"))
    return item(Key.WORKER, State.FINE, said(_("The worker took up a job at %(at)s, and none waits."), at=processes.worker_at))


def preflight(facts: Facts) -> Item:
    found, kept = found_about(facts, Topic.PREFLIGHT), facts.preflight
    run = Mend(said(_("Run the preflight.")), Page.RUN_PREFLIGHT)
    show = [Mend(said(_("Open the newest preflight.")), Page.PREFLIGHT, kept.preflight_id)] if kept else []
    if found:
        return item(Key.PREFLIGHT, State.STOPS, *found, run, *show)
    if kept is None:
        return item(Key.PREFLIGHT, State.HURTS, said(_("There is no preflight that came to its end.")), run)
    words = _("%(by)s ran it at %(at)s: %(queued)s queued, %(excluded)s of them excluded.")
    told = said(words, by=kept.by, at=kept.at, queued=kept.n_queued, excluded=kept.n_excluded)
    warnings = [as_it_is(warning) for warning in kept.warnings]
    return item(Key.PREFLIGHT, State.HURTS if warnings else State.FINE, told, *warnings, *show)


def approval(facts: Facts) -> Item:
    if facts.status == DRAFT:
        mend = Mend(said(_("Approve it, once nothing above stops it.")), Page.APPROVE)
        return item(Key.APPROVAL, State.STOPS, said(_("Nobody has approved this campaign.")), mend)
    if found := found_about(facts, Topic.APPROVAL):
        return item(Key.APPROVAL, State.STOPS, *found, Mend(said(_("Take it back to a draft.")), Page.REVISE))
    if facts.approved_at is None:
        return item(Key.APPROVAL, State.FINE, said(_("It needs no approval any more.")))
    return item(Key.APPROVAL, State.FINE, said(_("%(by)s approved it at %(at)s."), by=facts.approved_by, at=facts.approved_at))
