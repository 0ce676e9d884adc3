"""The health of the house as numbers, for Prometheus."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from app.supervision.health import Health

NEVER = float("inf")


def measured(health: Health) -> bytes:
    """In Prometheus' own text format. Timers, media and refusals are named; people never."""
    registry = CollectorRegistry()
    for name, words, value in (
        ("relais_requests_searching", "Requests for which someone is looked for", health.searching),
        ("relais_requests_unanswered", "Requests that nobody took", health.unanswered),
        ("relais_search_delay_seconds", "How late the most overdue search is", health.delay("searches")),
        ("relais_push_delay_seconds", "How late the most overdue message is", health.delay("push messages")),
    ):
        Gauge(name, words, registry=registry).set(value)
    delay = Gauge("relais_timer_delay_seconds", "How late a timer's most overdue row is", ["timer"], registry=registry)
    silence = Gauge("relais_timer_silence_seconds", "Since when a timer was not heard of", ["timer"], registry=registry)
    for pulse in health.pulses:
        delay.labels(pulse.timer).set(pulse.delay)
        silence.labels(pulse.timer).set(NEVER if pulse.silence is None else pulse.silence)
    letters = Gauge(
        "relais_letters_in_trouble",
        "Letters that were refused or could not leave: given up since a day, or tried again",
        ["medium", "state", "trouble"],
        registry=registry,
    )
    for trouble in health.troubles:
        letters.labels(trouble.medium.value, trouble.state.value, trouble.trouble).set(trouble.number)
    return generate_latest(registry)
