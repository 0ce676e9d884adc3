"""How instants, lengths and counts are said."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app.language import words
from app.language.phrases import speaking
from app.language.templates import map_link
from app.language.typography import in_french, plain

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # 10:00 in Paris, a Tuesday


def at(**delta: float) -> datetime:
    return NOW + timedelta(**delta)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words.due(at(hours=4, minutes=5), NOW), "avant 14 h 05"),
        (words.due(at(days=1), NOW), "d'ici demain matin"),
        (words.due(at(minutes=-1), NOW), "délai passé"),
        (words.hour(NOW), "10 h"),
        (words.hour(at(minutes=5)), "10 h 05"),
        (words.hour(at(hours=-10)), "0 h"),
        (words.day(NOW, NOW), "aujourd'hui"),
        (words.day(at(hours=14), NOW), "demain"),  # Midnight in Paris, still the 24th in UTC.
        (words.day(at(hours=13, minutes=59), NOW), "aujourd'hui"),
        (words.day(at(days=-1), NOW), "hier"),
        (words.day(at(days=3), NOW), "vendredi 27 novembre"),
        (words.moment(at(hours=24, minutes=5), NOW), "demain à 10 h 05"),
        (words.span(at(hours=-1), at(hours=8), NOW), "aujourd'hui, avant 18 h"),
        (words.span(at(hours=21), at(hours=27), NOW), "demain, de 7 h à 13 h"),
        (words.span(NOW, at(days=2), NOW), "avant jeudi 26 novembre à 10 h"),
        (words.wanted(at(hours=-1), at(hours=8), NOW), "aujourd'hui, avant 18 h"),
        (words.wanted(at(hours=21), at(hours=27), NOW), "demain, 7 h – 13 h"),
        (words.wanted(NOW, at(hours=23), NOW), "d'ici demain matin"),
        (words.wanted(NOW, at(days=2, hours=5), NOW), "d'ici jeudi après-midi"),
        (
            words.wanted(NOW, at(days=2, hours=15), NOW),
            "d'ici jeudi soir",
        ),  # 1 h on Friday: who waits for it waited before
        (words.wanted(NOW, at(hours=15), NOW), "d'ici ce soir"),
        (words.wanted(NOW, at(days=30), NOW), "avant le 24 décembre"),
        (words.stamp(at(seconds=9)), "10:00:09"),
        (words.length(timedelta(seconds=40)), "40 s"),
        (words.length(timedelta(seconds=-5)), "0 s"),
        (words.length(timedelta(minutes=12)), "12 min"),
        (words.length(timedelta(hours=2)), "2 h"),
        (words.length(timedelta(hours=2, minutes=5)), "2 h 05"),
        (words.length(timedelta(days=3)), "3 j"),
        (words.distance(0), "100 m"),
        (words.distance(0.84), "800 m"),
        (words.distance(0.97), "1,0 km"),
        (words.distance(3.44), "3,4 km"),
        (words.distance(12.4), "12 km"),
        (words.count_days(0), "0 jour"),
        (words.count_days(1), "1 jour"),
        (words.count_days(2), "2 jours"),
        (words.phone("+33169000000"), "01 69 00 00 00"),
        (words.phone("01.69.00.00.00"), "01 69 00 00 00"),
        (words.brief(at(minutes=5), NOW), "10 h 05"),
        (words.brief(at(days=1), NOW), "demain 10 h"),
        (words.brief(at(days=3), NOW), "ven. 10 h"),
        (words.brief(at(days=-3), NOW), "21 nov. 10 h"),
        (words.brief(at(days=18), NOW), "12 déc. 10 h"),
        (words.phone("+32 2 555 12 12"), "+32 2 555 12 12"),
    ],
)
def test_as_people_say_it(said: str, expected: str) -> None:
    assert plain(said) == expected


@pytest.mark.parametrize(
    ("say", "expected"),
    [
        (lambda: words.hour(at(minutes=5)), "10:05"),
        (lambda: words.hour(NOW), "10:00"),
        (lambda: words.day(at(days=3), NOW), "Friday 27 November"),
        (lambda: words.moment(at(hours=24, minutes=5), NOW), "tomorrow at 10:05"),
        (lambda: words.span(at(hours=21), at(hours=27), NOW), "tomorrow, from 7:00 to 13:00"),
        (lambda: words.wanted(NOW, at(hours=23), NOW), "by tomorrow morning"),
        (lambda: words.wanted(NOW, at(days=2, hours=15), NOW), "by Thursday evening"),
        (lambda: words.wanted(NOW, at(days=30), NOW), "before 24 December"),
        (lambda: words.brief(at(days=18), NOW), "12 Dec 10:00"),
        (lambda: words.length(timedelta(days=3)), "3 d"),
        (lambda: words.distance(3.44), "3.4 km"),
        (lambda: words.count_days(0), "0 days"),
        (lambda: words.count_days(1), "1 day"),
        (lambda: words.date_words(NOW.date()), "24 November 2026"),
    ],
)
def test_and_in_english(say: Callable[[], str], expected: str) -> None:
    with speaking("en"):
        assert plain(say()) == expected


def test_a_day_of_the_change_of_clocks_is_still_tomorrow() -> None:
    eve = datetime(2026, 10, 24, 21, 30, tzinfo=UTC)
    assert words.day(eve + timedelta(hours=24), eve) == "demain"
    assert words.day(eve + timedelta(hours=1), eve) == "demain"


def test_an_hour_is_never_cut_from_its_minutes() -> None:
    assert " " not in words.hour(at(minutes=5)) + words.phone("0169000000") + words.distance(2)


@pytest.mark.parametrize(
    ("agent", "link"),
    [
        ("Mozilla/5.0 (Linux; Android 16) Chrome/156", "geo:0,0?q=9%20rue%20de%20l%27Orge%2C%2091000%20%C3%89vry"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0)",
            "https://maps.apple.com/?q=9%20rue%20de%20l%27Orge%2C%2091000%20%C3%89vry",
        ),
    ],
)
def test_the_way_there_opens_in_the_phones_own_map(agent: str, link: str) -> None:
    with Flask("phone").test_request_context(headers={"User-Agent": agent}):
        assert map_link("9 rue de l'Orge, 91000 Évry") == link


@pytest.mark.parametrize("typed", ["« Accepter »", "«Accepter»", "«\u00a0Accepter\u00a0»"])
def test_a_quotation_has_one_narrow_space_inside_each_mark(typed: str) -> None:
    assert in_french(typed) == "«\u202fAccepter\u202f»"
