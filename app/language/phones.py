"""Telephone numbers of France as people write them. Kept as E.164; what cannot be a number is never made into one."""

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, ValidationResult

OVERSEAS = {
    **dict.fromkeys(("262", "263", "269", "639", "692", "693"), 262),  # La Réunion, Mayotte
    **dict.fromkeys(("590", "690", "691"), 590),  # Guadeloupe, Saint-Barthélemy, Saint-Martin
    **dict.fromkeys(("594", "694"), 594),  # Guyane
    **dict.fromkeys(("596", "696", "697"), 596),  # Martinique
}
"""What follows the 0 → the country code to call it from elsewhere (ARCEP's numbering plan). libphonenumber knows it of
the numbers that are assigned today; the whole block is theirs."""

SAINT_PIERRE_ET_MIQUELON = "508"  # 0508 41 12 34 here is +508 41 12 34 elsewhere.
FICTION = "63998"
"""ARCEP keeps 06 39 98 for films and demonstrations, in the middle of Mayotte's."""

FRENCH = frozenset({33, *OVERSEAS.values()})
TERRITORIES = (*dict.fromkeys(OVERSEAS.values()), 508)
AS_WRITTEN = re.compile(r"\+?[\d\s().\-/]+")
NATIONAL = re.compile(r"[1-9]\d{8}")


class WrongNumber(ValueError):
    """No telephone has such a number."""


def read_number(text: str) -> str:
    """In E.164. Ten digits, or whatever follows a +; raises `WrongNumber`."""
    if not AS_WRITTEN.fullmatch(text.strip()):
        raise WrongNumber(text)
    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException:
        raise WrongNumber(text) from None
    number = _where_it_rings(number)
    if not _can_be(number):
        raise WrongNumber(text)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _where_it_rings(number: PhoneNumber) -> PhoneNumber:
    """A number of mainland France, or the overseas one that is dialled the same way."""
    digits = phonenumbers.national_significant_number(number)
    if number.country_code != 33 or not NATIONAL.fullmatch(digits) or digits.startswith(FICTION):
        return number
    if digits.startswith(SAINT_PIERRE_ET_MIQUELON):
        return PhoneNumber(country_code=508, national_number=int(digits[3:]))
    if digits[:3] in OVERSEAS:
        return PhoneNumber(country_code=OVERSEAS[digits[:3]], national_number=number.national_number)
    if phonenumbers.is_valid_number(number):
        return number
    there = (PhoneNumber(country_code=code, national_number=number.national_number) for code in TERRITORIES)
    return next((each for each in there if phonenumbers.is_valid_number(each)), number)  # 0709: a part for each.


def _can_be(number: PhoneNumber) -> bool:
    digits = phonenumbers.national_significant_number(number)
    if number.country_code in FRENCH:
        return bool(NATIONAL.fullmatch(digits))
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
