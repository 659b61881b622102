"""A select whose options are put together here: Django renders a template and one more for each, a thousand where every row of a list has one."""

from __future__ import annotations

from typing import Any

from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from unfold.widgets import UnfoldAdminSelectWidget

ARROW = mark_safe(
    '<span class="material-symbols-outlined absolute pointer-events-none mr-[12px] right-0 text-base-400 top-1/2 -translate-y-1/2">expand_more</span>'
)


class QuickSelect(UnfoldAdminSelectWidget):  # type: ignore[misc]
    """Without groups and options' own attributes, which it is not used for."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        options = ((key, " selected" if str(key) in chosen else "", label) for key, label in self.choices)
        built = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        joined = format_html_join("", '<option value="{}"{}>{}</option>', options)
        return format_html('<div class="grow relative max-w-2xl"><select{}>{}</select>{}</div>', flatatt(built), joined, ARROW)
