"""A number is the one that was dialled, wherever in France it rings; what cannot ring is refused."""

import phonenumbers
import pytest

from app.language.phones import OVERSEAS, WrongNumber, read_number
from app.language.words import phone
from app.letters.rules import is_mobile


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("0692 12 34 56", "+262692123456"),
        ("0693.12.34.56", "+262693123456"),
        ("0639 12 34 56", "+262639123456"),
        ("0262 12 34 56", "+262262123456"),
        ("0269 61 23 45", "+262269612345"),
        ("0690 12 34 56", "+590690123456"),
        ("0691 12 34 56", "+590691123456"),
        ("0590 12 34 56", "+590590123456"),
        ("0694 12 34 56", "+594694123456"),
        ("0594 30 12 34", "+594594301234"),
        ("0696 12 34 56", "+596696123456"),
        ("0697 12 34 56", "+596697123456"),
        ("0596 30 12 34", "+596596301234"),
        ("0508 41 23 45", "+508412345"),
        ("+33 692 12 34 56", "+262692123456"),
        ("+262 692 12 34 56", "+262692123456"),
        ("+687 41 23 45", "+687412345"),
        ("06 12 34 56 78", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("06 39 98 01 02", "+33639980102"),  # kept for fiction, and not Mayotte's
        ("+32 470 12 34 56", "+32470123456"),
    ],
)
def test_a_number_rings_where_it_is(written: str, kept: str) -> None:
    assert read_number(written) == kept
    assert read_number(phone(kept)) == kept, "what is shown can be dialled and typed again"


@pytest.mark.parametrize(
    "written",
    [
        "01 23 45 67 8",
        "00 00 00 00 00",
        "0000000000",
        "01 23 45 67 890",
        "412345",
        "87 12 34 56",
        "15",
        "06 AB CD EF GH",
        "01 69 00 00 00 poste 3",
        "01 69 00 00 00 / 06 12 34 56 78",
        "+999999999999999",
        "bonjour",
        "",
    ],
)
def test_a_number_that_cannot_be_is_refused_and_never_made_into_another(written: str) -> None:
    with pytest.raises(WrongNumber):
        read_number(written)
    assert phone(written) == written


REGIONS = {262: ("RE", "YT"), 590: ("GP",), 594: ("GF",), 596: ("MQ",)}


def test_the_blocks_are_those_of_libphonenumber() -> None:
    """Whatever it gives to one territory and not to mainland France is read as that territory's."""
    for national in range(100_000_000, 800_000_000, 99_991):
        mainland = phonenumbers.PhoneNumber(country_code=33, national_number=national)
        if phonenumbers.is_valid_number(mainland):
            continue
        for code, regions in REGIONS.items():
            number = phonenumbers.PhoneNumber(country_code=code, national_number=national)
            if any(phonenumbers.is_valid_number_for_region(number, region) for region in regions):
                assert read_number(f"0{national}") == f"+{code}{national}"


@pytest.mark.parametrize("block", OVERSEAS)
def test_a_whole_block_is_one_territorys(block: str) -> None:
    assert read_number(f"0{block}123456") == f"+{OVERSEAS[block]}{block}123456"


@pytest.mark.parametrize("written", ["0639 12 34 56", "0692 12 34 56", "0691 12 34 56", "0697 12 34 56"])
def test_every_overseas_mobile_gets_sms(written: str) -> None:
    assert is_mobile(read_number(written))
