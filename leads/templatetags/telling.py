"""`{{ sentence|told }}`: in the reader's language, where the sentence was made to be stored as well, in English."""

from __future__ import annotations

from django import template

from leads.telling import told

register = template.Library()
register.filter("told", told)
