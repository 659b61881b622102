"""The ways through a script as a picture (SVG) and in words.

Pure: text out, escaped for HTML. Questions stand in one column from the top to the end, so that it can be read on a phone; each skip is an arrow
in a lane of its own on the right. Colours come from the page's style sheet, by class.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from campaigns.scripting.flow import Flow, Way, flow_of
from campaigns.scripting.text import QuestionText
from leads.said import N_, sentence

LEFT, BOX_WIDTH, GAP = 6, 196, 26  # px
LINE_HEIGHT, PADDING, ARRIVAL = 16, 10, 7
ROOM_FOR_WORDS, LANE_WIDTH = 74, 12
LETTERS_A_LINE, LINES, LETTERS_AT_ARROW = 27, 2, 12


@dataclass(frozen=True, slots=True)
class Box:
    top: int
    height: int
    lines: tuple[str, ...]

    @property
    def bottom(self) -> int:
        return self.top + self.height


def flow_svg(questions: Sequence[QuestionText], say: Callable[[str], str] = str) -> str:
    """An <svg> without size of its own: it is as wide as there is room, and never wider than it needs. `say`: in the reader's language."""
    flow = flow_of(questions)
    boxes = _boxes(questions, flow, say)
    skips = [way for way in flow.ways if way.words]
    lanes = _lanes(skips, flow)
    width = LEFT + BOX_WIDTH + (ROOM_FOR_WORDS + LANE_WIDTH * (max(lanes, default=0) + 1) if skips else LEFT)
    drawn = [
        *_boxes_drawn(questions, boxes, flow, say),
        *(_down(boxes[way.start], boxes[way.start + 1]) for way in flow.ways if not way.words),
        *_skips_drawn(skips, lanes, boxes, say),
    ]
    height = boxes[-1].bottom + 4
    return (
        f'<svg class="sq-flow" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(say(N_("The ways through the script; the same stands below in words")))}">'
        + '<defs><marker id="sq-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        + '<path d="M0 0 8 4 0 8z"/></marker></defs>'
        + "".join(drawn)
        + "</svg>"
    )


def flow_in_words(questions: Sequence[QuestionText], say: Callable[[str], str] = str) -> list[str]:
    """One sentence a question, as the picture shows it. `say`: in the reader's language."""
    flow = flow_of(questions)
    return [_sentence(index, question, flow, say) for index, question in enumerate(questions)]


def _sentence(index: int, question: QuestionText, flow: Flow, say: Callable[[str], str]) -> str:
    ways = [way for way in flow.ways if way.start == index]
    then = "; ".join(say(_way(way, flow, is_only=len(ways) == 1)) for way in ways)
    lost = say(N_("Nobody gets here.")) + " " if index in flow.unreachable else ""
    return f"{lost}{_named(question, say)} {_capital(then)}."


def _way(way: Way, flow: Flow, *, is_only: bool) -> str:
    if way.words:
        return sentence("if the answer is %(answer)s: %(place)s", answer=way.words, place=_place(way, flow))
    return sentence("then: %(place)s", place=_place(way, flow)) if is_only else sentence("else: %(place)s", place=_place(way, flow))


def _place(way: Way, flow: Flow) -> str:
    if way.to is None:
        return sentence("nowhere, for “%(key)s” is no question further down", key=way.target)
    return sentence("to the end") if way.to == flow.n_questions else sentence("question %(n)s", n=way.to + 1)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _named(question: QuestionText, say: Callable[[str], str]) -> str:
    return question.wording.strip() or say(N_("(no wording yet)"))


def _boxes(questions: Sequence[QuestionText], flow: Flow, say: Callable[[str], str]) -> list[Box]:
    """One each, and the end."""
    boxes, top = [], 4
    for index, question in enumerate(questions):
        lines = textwrap.wrap(f"{index + 1}. {_named(question, say)}", LETTERS_A_LINE, max_lines=LINES, placeholder=" …")
        skips = [way for way in flow.ways if way.words]
        n_lines, n_out = len(lines) + (index in flow.unreachable), sum(way.start == index for way in skips)
        height = max(LINE_HEIGHT * n_lines, _room_for_arrivals(index, skips) + LINE_HEIGHT * n_out)
        boxes.append(Box(top, PADDING * 2 + height, tuple(lines)))
        top = boxes[-1].bottom + GAP
    return [*boxes, Box(top, 30, (say(N_("End")),))]


def _room_for_arrivals(index: int, skips: Sequence[Way]) -> int:
    """px at the top right of a box, so that no arrow that arrives runs through the words of one that leaves."""
    n_in = sum(way.to == index for way in skips)
    return ARRIVAL * n_in + 4 if n_in and any(way.start == index for way in skips) else 0


def _boxes_drawn(questions: Sequence[QuestionText], boxes: Sequence[Box], flow: Flow, say: Callable[[str], str]) -> Iterator[str]:
    for index, box in enumerate(boxes):
        is_end, is_lost = index == len(questions), index in flow.unreachable
        name = "end" if is_end else "lost" if is_lost else "asked"
        title = "" if is_end else f"<title>{escape(_named(questions[index], say))}</title>"
        lines = [*box.lines, *([say(N_("nobody gets here"))] if is_lost else [])]
        texts = "".join(f'<text x="{LEFT + 12}" y="{box.top + PADDING + 12 + LINE_HEIGHT * n}">{escape(line)}</text>' for n, line in enumerate(lines))
        if is_end:
            texts = f'<text x="{LEFT + BOX_WIDTH // 2}" y="{box.top + 20}" text-anchor="middle">{escape(box.lines[0])}</text>'
        radius = box.height // 2 if is_end else 6
        rect = f'<rect x="{LEFT}" y="{box.top}" width="{BOX_WIDTH}" height="{box.height}" rx="{radius}"/>'
        yield f'<g class="{name}">{title}{rect}{texts}</g>'


def _down(above: Box, below: Box) -> str:
    x = LEFT + BOX_WIDTH // 2
    return f'<path class="next" marker-end="url(#sq-arrow)" d="M{x} {above.bottom} V{below.top - 1}"/>'


def _lanes(skips: Sequence[Way], flow: Flow) -> list[int]:
    """For each skip its lane, counted from the boxes: two that run side by side never share one."""
    taken: list[tuple[int, int, int]] = []
    lanes = [0] * len(skips)
    spans = [(way.start, way.start if way.to is None else way.to) for way in skips]
    for number in sorted(range(len(skips)), key=lambda n: spans[n][1] - spans[n][0]):
        start, end = spans[number]
        used = {lane for lane, other_start, other_end in taken if start <= other_end and other_start <= end}
        lanes[number] = next(lane for lane in range(len(skips) + 1) if lane not in used)
        taken.append((lanes[number], start, end))
    return lanes


def _skips_drawn(skips: Sequence[Way], lanes: Sequence[int], boxes: Sequence[Box], say: Callable[[str], str]) -> Iterator[str]:
    right = LEFT + BOX_WIDTH
    left_from: dict[int, int] = {}
    came_to: dict[int, int] = {}
    for way, lane in zip(skips, lanes, strict=True):
        left_from[way.start] = n = left_from.get(way.start, -1) + 1
        y = boxes[way.start].top + PADDING + 8 + _room_for_arrivals(way.start, skips) + LINE_HEIGHT * n
        x = right + ROOM_FOR_WORDS + LANE_WIDTH * lane
        said = say(way.words)
        words = said if len(said) <= LETTERS_AT_ARROW else said[: LETTERS_AT_ARROW - 1].rstrip() + "…"
        label = f'<text class="words" x="{right + 4}" y="{y - 4}">{escape(words)}</text>'
        if way.to is None:
            nowhere = escape(say(sentence("%(answer)s: leads nowhere", answer=way.words)))
            yield f'<g class="broken"><title>{nowhere}</title>{label}<path d="M{right} {y} H{x}"/>'
            yield f'<text x="{x + 2}" y="{y + 4}">✕</text></g>'
            continue
        came_to[way.to] = m = came_to.get(way.to, -1) + 1
        end = boxes[way.to].top + min(6 + ARRIVAL * m, boxes[way.to].height - 4)
        path = f'<path marker-end="url(#sq-arrow)" d="M{right} {y} H{x} V{end} H{right + 1}"/>'
        yield f'<g class="skip"><title>{escape(said)}</title>{label}{path}</g>'
