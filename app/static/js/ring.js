// Shortens the batons, counts down what they say, and moves the "il y a 4 min" between two visits of the server, whose word stays the truth.
(() => {
  const words = (seconds) =>
    seconds >= 5400 ? [Math.floor(seconds / 3600), "h"] : seconds >= 60 ? [Math.floor(seconds / 60), "min"] : [Math.floor(seconds), "s"];

  function turn(timed, now) {
    const start = Date.parse(timed.dataset.startedAt);
    const end = Date.parse(timed.dataset.endsAt);
    const left = Math.max(0, (end - now) / 1000);
    const share = Math.min(100, (100 * left) / Math.max(1, (end - start) / 1000));
    // Over is over, network or not; whether it was taken meanwhile, only the server knows.
    timed.querySelector(".baton__left")?.setAttribute("width", `${share.toFixed(1)}%`);
    const told = timed.querySelector("[data-left]");
    if (told) told.textContent = left > 0 ? words(left).join("\u00a0") : "délai passé";
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
