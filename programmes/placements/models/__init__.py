"""Registers: trainees (千人计划), donated vehicles and computers, the pool of young lawyers, county classes."""

from programmes.placements.models.classes import CountyClass, Topic
from programmes.placements.models.donations import Donation, DonationReversal
from programmes.placements.models.figures import DonorShare, Figure, HostShare
from programmes.placements.models.pool import PoolMember
from programmes.placements.models.trainees import StageStep, StipendPayment, Trainee, TrainingDay

__all__ = [
    "CountyClass",
    "Donation",
    "DonationReversal",
    "DonorShare",
    "Figure",
    "HostShare",
    "PoolMember",
    "StageStep",
    "StipendPayment",
    "Topic",
    "Trainee",
    "TrainingDay",
]
