"""Whether a callee's words ask to be called no more: in any of the languages we have rules for, on every call. Pure."""

from bridge.opt_out.finding import OptOut, find_opt_out
from bridge.opt_out.rules import LANGUAGES

__all__ = ["LANGUAGES", "OptOut", "find_opt_out"]
