// What every signed-in page does beside htmx and the stream (`live.js`).
(() => {
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

  // ---- the way there: whether the phone's map may know the address is asked once
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-go-link]")) localStorage.setItem("maps", "yes");
    const go = event.target.closest?.("[data-go] > summary");
    if (!go || localStorage.getItem("maps") !== "yes") return;
    event.preventDefault();
    go.parentElement.querySelector("[data-go-link]").click();
  });

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
