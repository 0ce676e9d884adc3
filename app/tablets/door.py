"""The one blueprint of this room: what the tablet itself shows, what a nurse does with her codes, what an administrator
does with the tablets."""

from flask import Blueprint

bp = Blueprint("tablets", __name__)
