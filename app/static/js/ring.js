// Shortens the batons, counts down what they say, and moves the "il y a 4 min" between two visits of the server, whose word stays the truth.
const clock = new Intl.DateTimeFormat("en-GB", { hour: "numeric", minute: "2-digit", timeZone: "Europe/Paris" });

/* "14 h 05" or "14:05", as the page's language has it. */
function hourOf(at) {
  const [hour, minute] = clock.format(at).split(":");
  return document.body.dataset.hour.replace("{h}", Number(hour)).replace("{m}", minute);
}

(() => {
  const [hours, minutes, seconds, over] = document.body.dataset.left.split("|"); // in the page's language: "{n} h", …
  const fill = (words, number) => words.replace("{n}", Math.floor(number));
  const words = (left) =>
    left === 0 ? over : left >= 5400 ? fill(hours, left / 3600) : left >= 60 ? fill(minutes, left / 60) : fill(seconds, left);

  function turn(timed, now) {
    const start = Date.parse(timed.dataset.startedAt);
    const end = Date.parse(timed.dataset.endsAt);
    const left = Math.max(0, (end - now) / 1000);
    const share = Math.min(100, (100 * left) / Math.max(1, (end - start) / 1000));
    // Over is over, network or not; whether it was taken meanwhile, only the server knows.
    timed.querySelector(".baton__left")?.setAttribute("width", `${share.toFixed(1)}%`);
    const told = timed.querySelector("[data-left]");
    if (told) told.textContent = words(left);
    timed.dataset.level = left === 0 ? "over" : share <= 12 ? "last" : share <= 35 ? "soon" : "calm";
  }

  const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto", style: "short" });

  function tell(element, now) {
    const minutes = Math.round((Date.parse(element.dateTime) - now) / 60000);
    element.textContent = Math.abs(minutes) < 60 ? relative.format(minutes, "minute") : relative.format(Math.round(minutes / 60), "hour");
  }

  function refresh() {
    if (document.hidden) return;
    const now = Date.now();
    document.querySelectorAll("[data-ends-at]").forEach((timed) => turn(timed, now));
    document.querySelectorAll("time[data-relative]").forEach((element) => tell(element, now));
  }

  document.addEventListener("htmx:after:swap", refresh);
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, 1000);
  refresh();
})();
