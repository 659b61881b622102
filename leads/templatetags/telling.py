"""`{{ sentence|told }}`: in the reader's language, where the sentence may be stored or sent as well, in English; `|retold`: one that was stored."""

from __future__ import annotations

from django import template

from leads.retelling import retold
from leads.telling import told

register = template.Library()
register.filter("told", told)
register.filter("retold", retold)
