// Moves the deadline rings and the "il y a 4 min" between two visits of the server, whose word stays the truth.
(() => {
  const words = (seconds) =>
    seconds >= 5400 ? [Math.floor(seconds / 3600), "h"] : seconds >= 60 ? [Math.floor(seconds / 60), "min"] : [Math.floor(seconds), "s"];

  function turn(ring, now) {
    const start = Date.parse(ring.dataset.startedAt);
    const end = Date.parse(ring.dataset.endsAt);
    const left = Math.max(0, (end - now) / 1000);
    const share = Math.min(100, (100 * left) / Math.max(1, (end - start) / 1000));
    // Over is over, network or not; whether it was taken meanwhile, only the server knows.
    const [value, unit] = left > 0 ? words(left) : ["–", "fini"];
    ring.querySelector(".ring__left").setAttribute("stroke-dasharray", `${share.toFixed(1)} 100`);
    ring.querySelector(".ring__value").textContent = value;
    ring.querySelector(".ring__unit").textContent = unit;
    ring.dataset.level = left === 0 ? "over" : share <= 12 ? "last" : share <= 35 ? "soon" : "calm";
  }

  const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto", style: "short" });

  function tell(element, now) {
    const minutes = Math.round((Date.parse(element.dateTime) - now) / 60000);
    element.textContent = Math.abs(minutes) < 60 ? relative.format(minutes, "minute") : relative.format(Math.round(minutes / 60), "hour");
  }

  function refresh() {
    if (document.hidden) return;
    const now = Date.now();
    document.querySelectorAll("[data-ends-at]").forEach((ring) => turn(ring, now));
    document.querySelectorAll("time[data-relative]").forEach((element) => tell(element, now));
  }

  document.addEventListener("htmx:after:swap", refresh);
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, 1000);
  refresh();
})();
