"""The consoles of leads: one module a subject, each registers its own."""

from leads.admin import do_not_call, holiday, lead, lead_import

__all__ = ["do_not_call", "holiday", "lead", "lead_import"]
