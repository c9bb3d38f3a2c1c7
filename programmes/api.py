"""The door of the officer's room: what the roof (settings, demo, commands) may use of it."""

from programmes.plans.operations import Loaded, UnableToLoadFacts
from programmes.plans.queries import session_plan_of
from programmes.quotas.board import Board, board
from programmes.quotas.endpoints import router
from programmes.quotas.operations import load_programmes as load_facts

__all__ = ["Board", "Loaded", "UnableToLoadFacts", "board", "load_facts", "router", "session_plan_of"]
