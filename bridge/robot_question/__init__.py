"""Whether a callee's words ask if they talk with a machine: in any of the languages we have rules for, on every call. Pure."""

from bridge.robot_question.finding import LANGUAGES, asks_if_robot

__all__ = ["LANGUAGES", "asks_if_robot"]
