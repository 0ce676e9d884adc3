// Screens that move: honest about the network, and never still. The stream says what to look at again, and that it is alive;
// once it has said nothing for twice its period, the page asks by itself what changed, and says so.
(() => {
  const STREAMS = 4; // a browser opens six connections to one host (HTTP/1.1): two stay free for pages and taps
  const live = document.getElementById("live");
  const banner = document.getElementById("offline");
  const silence = document.getElementById("silence");

  // ---- the network
  function showOffline(offline) {
    if (!banner) return;
    banner.hidden = !offline;
    document.documentElement.toggleAttribute("data-offline", offline);
    paintBar();
    const asOf = document.querySelector("[data-as-of]")?.dataset.asOf;
    const place = banner.querySelector("[data-received]");
    if (asOf) place.textContent = ` (${hourOf(new Date(asOf))})`;
  }

  /* The bar of the phone has the colour of the band under it: red when it will not ring, ink without network. */
  function paintBar() {
    const band = document.querySelector(".shell");
    if (band) document.querySelectorAll("meta[name=theme-color]").forEach((meta) => (meta.content = getComputedStyle(band).backgroundColor));
  }
  document.addEventListener("relais:state", paintBar);

  addEventListener("offline", () => showOffline(true));
  addEventListener("online", () => (showOffline(false), look()));
  // A request that got no answer at all carries no response; one that was refused does. A stream that is only slow to
  // open says nothing of the network.
  document.addEventListener("htmx:error", ({ detail: { ctx, error } }) => {
    const slowStream = ctx?.sourceElement === live && error?.name === "AbortError";
    if (ctx && !ctx.response && !slowStream) showOffline(true);
  });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => ctx?.sourceElement !== live && showOffline(false));
  showOffline(!navigator.onLine);

  // ---- the stream
  let heard = false; // something, on the connection that is open now
  let connection = null;
  let patience; // the timer that ends when the stream has said nothing for too long
  let giveBack = null; // what ends this window's turn at a stream; none: it has no turn

  function look() {
    if (!live || heard || document.hidden) return;
    listen();
    poll();
  }

  // ---- without a stream: what changed is asked for, and only that is fetched again
  const known = new Map();
  let fetchedAt = performance.now();
  if (live)
    for (const topic of new URL(live.getAttribute("hx-sse:connect"), location).searchParams.get("topics").split(","))
      known.set(...topic.split(":"));

  async function poll() {
    if (performance.now() - fetchedAt >= live.dataset.words * 1000) return fetchAll();
    const topics = [...known].map((topic) => topic.join(":")).join(",");
    const asked = { redirect: "manual", signal: AbortSignal.timeout(live.dataset.beat * 1000) };
    const answer = await fetch(`${live.dataset.changes}?${new URLSearchParams({ topics })}`, asked).catch(() => null);
    showOffline(!answer);
    if (answer?.type === "opaqueredirect") signedOut();
    else if (answer && !answer.ok) fetchAll(); // each part says for itself what is wrong
    else if (answer)
      for (const [topic, version] of Object.entries(await answer.json())) {
        known.set(topic, version);
        htmx.trigger(live, topic);
      }
  }

  /* The server says where to go, unless the page is on its way already. */
  function signedOut() {
    if (!("leaving" in document.documentElement.dataset)) location.reload();
  }

  /* Everything, whatever changed: words such as "dans 20 min" grow old by themselves. */
  function fetchAll() {
    fetchedAt = performance.now();
    htmx.trigger(document.body, "poll");
  }

  /* Asks for the stream if this window has its turn, and says whether; the extension may be trying already. */
  async function listen() {
    if (!live.isConnected || !(giveBack ?? (await takeTurn()))) return false;
    htmx.trigger(live, "reconnect");
    return true;
  }

  async function show() {
    wait();
    if (!(await listen())) poll();
  }

  /* The windows of one browser share its few connections: those that are shown, in the order in which they came. The
     others look by themselves until one of them is hidden or closed, which gives its lock back. */
  async function takeTurn() {
    if (!navigator.locks) return (giveBack = () => undefined);
    for (let number = 1; number <= STREAMS && !giveBack; number++) await tryLock(`stream-${number}`);
    if (giveBack && document.hidden) leave(); // hidden meanwhile
    return giveBack;
  }

  function tryLock(name) {
    return new Promise((tried) => {
      navigator.locks.request(name, { ifAvailable: true }, (lock) => {
        const taken = lock && !giveBack;
        const until = taken && new Promise((end) => (giveBack = end));
        tried();
        return until;
      }).catch(tried);
    });
  }

  function leave() {
    clearTimeout(patience);
    heard = false;
    giveBack?.();
    giveBack = null;
    connection?.abortController?.abort(); // the extension would come back; `before:connection` says no
  }

  function wait() {
    clearTimeout(patience);
    patience = setTimeout(missIt, live.dataset.beat * 2000);
  }

  /* Nothing, not even a sign of life: it may have been cut where neither end can see it, so another one is opened. */
  function missIt() {
    const begins = silence.hidden;
    silence.hidden = false;
    heard = false;
    connection?.abortController?.abort();
    wait();
    if (begins) look();
  }

  if (live) {
    live.addEventListener("htmx:sse:before:connection", (event) => {
      heard = false;
      connection = event.detail.connection;
      if (!giveBack) event.preventDefault();
    });
    live.addEventListener("htmx:sse:after:connection", () => giveBack ?? leave()); // hidden while it was being opened
    live.addEventListener("htmx:sse:after:message", () => {
      heard = true;
      silence.hidden = true;
      showOffline(false);
      wait();
    });
    live.addEventListener("htmx:sse:close", () => ((heard = false), (connection = null)));
    live.addEventListener("htmx:sse:error", ({ detail: { status, error } }) => {
      heard = false;
      if (status === 401) signedOut();
      else if (status === 403) (live.remove(), leave()); // nothing left to hear: the page asks by itself
      else if (!status && error?.name !== "AbortError") showOffline(true);
    });
    live.addEventListener("signed-out", signedOut);
    // Nobody sees a hidden page move, and its connection is needed by those that are shown.
    document.addEventListener("visibilitychange", () => (document.hidden ? leave() : show()));
    document.addEventListener("DOMContentLoaded", () => document.hidden || (wait(), listen()));
    setInterval(look, live.dataset.look * 1000);
  }
})();
