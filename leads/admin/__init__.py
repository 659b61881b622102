"""The consoles of leads: one module a subject, each registers its own."""

from leads.admin import do_not_call as do_not_call
from leads.admin import lead as lead
