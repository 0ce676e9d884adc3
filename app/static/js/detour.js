// How many minutes an offer adds to what is left of today's round. Measured here: the places of the round come to this
// phone, stay in memory while its page is open, and go nowhere (decision 0063).
const detour = (() => {
  const RADIANS = Math.PI / 180;
  let left; // of the round: its places in order, and the house's minutes for a kilometre as the crow flies

  function km([north, east], [toNorth, toEast]) {
    const chord =
      Math.sin(((toNorth - north) * RADIANS) / 2) ** 2 +
      Math.cos(north * RADIANS) * Math.cos(toNorth * RADIANS) * Math.sin(((toEast - east) * RADIANS) / 2) ** 2;
    return 2 * 6371 * Math.asin(Math.sqrt(chord));
  }

  /* Put in where it costs least, the round keeping its order; before its first place or after its last, the way there. */
  function added(round, place) {
    const ways = round.map((stop) => km(stop, place));
    const between = ways.slice(1).map((way, n) => ways[n] + way - km(round[n], round[n + 1]));
    return Math.max(0, Math.min(ways[0], ways.at(-1), ...between));
  }

  const minutes = ({ round, pace }, place) => Math.round(added(round, place) * pace);

  function paint() {
    still.before();
    for (const line of document.querySelectorAll("[data-detour]")) {
      line.hidden = !left?.round.length;
      if (line.hidden) continue;
      const n = minutes(left, line.dataset.detour.split(" ").map(Number));
      line.textContent = n ? line.dataset.some.replace("{n}", n) : line.dataset.none;
    }
    still.after();
  }

  /* Each time the page comes before her eyes: she may have said on another what she did. */
  async function look() {
    left = undefined;
    await measure();
  }

  async function measure() {
    if (!document.querySelector("[data-detour]")) return;
    const { root } = document.documentElement.dataset;
    const asked = () => fetch(`${root}visits/places`).then((answer) => (answer.ok ? answer.json() : undefined));
    left ??= await asked().catch(() => undefined); // without a signal: the distance, as it stands
    paint();
  }

  addEventListener("pageshow", look);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  document.addEventListener("htmx:after:swap", measure);
  return { minutes };
})();
