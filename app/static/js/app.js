// What every signed-in page does beside htmx: it is honest about the network, and it never stops moving.
(() => {
  const POLL_EVERY = 10000; // ms, while the stream is away
  const live = document.getElementById("live");
  const banner = document.getElementById("offline");
  const clock = new Intl.DateTimeFormat("fr", { hour: "numeric", minute: "2-digit", timeZone: "Europe/Paris" });
  let connected = false;

  function showOffline(offline) {
    if (!banner) return;
    banner.hidden = !offline;
    document.documentElement.toggleAttribute("data-offline", offline);
    const asOf = document.querySelector("[data-as-of]")?.dataset.asOf;
    const place = banner.querySelector("[data-received]");
    if (asOf) place.textContent = ` (${clock.format(new Date(asOf)).replace(/^0?(\d+):/, "$1\u00a0h\u00a0")})`;
  }

  // ---- the network
  addEventListener("offline", () => showOffline(true));
  addEventListener("online", () => (showOffline(false), look()));
  // A request that got no answer at all carries no response; one that was refused does.
  document.addEventListener("htmx:error", ({ detail }) => detail.ctx && !detail.ctx.response && showOffline(true));
  document.addEventListener("htmx:after:request", () => showOffline(false));
  showOffline(!navigator.onLine);

  // ---- the stream, and a look every ten seconds for as long as it cannot be had
  function look() {
    if (!live || connected || document.hidden) return;
    htmx.trigger(live, "reconnect"); // nothing happens if the extension is already trying
    htmx.trigger(document.body, "poll");
  }

  if (live) {
    live.addEventListener("htmx:sse:before:connection", () => (connected = false));
    live.addEventListener("htmx:sse:after:connection", () => {
      connected = true;
      showOffline(false);
    });
    live.addEventListener("htmx:sse:close", () => (connected = false));
    live.addEventListener("htmx:sse:error", ({ detail }) => {
      connected = false;
      if (detail.status === 401) location.reload(); // signed out: the server says where to go
      else if (detail.status === 403) live.remove(); // nothing left to hear: the page asks by itself
      else if (!detail.status) showOffline(true);
    });
    live.addEventListener("signed-out", () => location.reload());
    setInterval(look, POLL_EVERY);
  }

  // ---- how many requests await an answer, on the app's icon
  function countOnIcon() {
    if (!document.getElementById("inbox")) return;
    const open = document.querySelectorAll("article[data-offer][data-state=open]").length;
    (open ? navigator.setAppBadge?.(open) : navigator.clearAppBadge?.())?.catch(() => undefined);
  }
  document.addEventListener("htmx:after:swap", countOnIcon);
  countOnIcon();

  // ---- under the thumb
  document.addEventListener("touchstart", () => {}, { passive: true }); // without it iOS shows no :active
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) event.submitter?.classList.add("htmx-request");
  });
  addEventListener("pageshow", () => {
    document.querySelectorAll(".button.htmx-request").forEach((button) => button.classList.remove("htmx-request"));
  });

  // ---- buttons that only a script can serve; the page carries them `hidden`
  const can = { print: () => true, copy: () => Boolean(navigator.clipboard), share: () => Boolean(navigator.share) };
  const serve = {
    print: () => print(),
    copy: (button) => navigator.clipboard.writeText(button.dataset.copy).then(() => confirmOn(button)),
    share: (button) => navigator.share({ url: button.dataset.share }).catch(() => {}), // closed without sharing
  };

  function confirmOn(button) {
    const label = button.querySelector("span") ?? button;
    if (!button.dataset.done || label.textContent === button.dataset.done) return;
    const before = label.textContent;
    label.textContent = button.dataset.done;
    setTimeout(() => (label.textContent = before), 2000);
  }

  function reveal() {
    for (const [kind, able] of Object.entries(can))
      document.querySelectorAll(`[data-${kind}]`).forEach((button) => (button.hidden = !able()));
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-print], [data-copy], [data-share]");
    const kind = button && Object.keys(serve).find((name) => name in button.dataset);
    if (kind) serve[kind](button);
  });
  document.addEventListener("htmx:after:swap", reveal);
  reveal();
})();
