// A shared tablet: locks itself when nobody has touched it for a while, and keeps its person signed in while somebody does.
"use strict";

{
  const { idle, presence } = document.querySelector("[data-tablet]").dataset;
  const TELL_EVERY = Math.min(30000, idle * 250); // ms, well within what the server waits
  const form = document.getElementById("lock");
  let touched = Date.now();
  let told = touched;
  let leaving = false;

  /* From the lock on, no answer that comes late ("401, sign in") may lead this page elsewhere: it would cut the lock off. */
  function leave() {
    leaving = true;
    document.documentElement.dataset.leaving = "";
    carry();
  }

  for (const step of ["htmx:before:request", "htmx:before:response", "htmx:sse:before:connection"])
    document.addEventListener(step, (event) => leaving && event.preventDefault(), { capture: true });

  /* What is being typed leaves with the lock: it is kept sealed, for its own person alone. */
  function carry() {
    const typed = [...document.forms].find((other) => other !== form && other.method === "post" && isTyped(other));
    if (!typed) return;
    const fields = new URLSearchParams([...new FormData(typed)].filter(([, value]) => typeof value === "string"));
    const url = new URL(typed.getAttribute("action") ?? location.href, location.href);
    add("typed", fields);
    add("typed_at", url.pathname + url.search);
  }

  const isTyped = ({ elements }) =>
    [...elements].some((field) => field.matches("textarea, input[type=text], input[type=tel], input[type=email], input:not([type])") && field.value.trim());

  function add(name, value) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
    form.append(field);
  }

  form?.addEventListener("submit", leave);

  function lock() {
    if (leaving || !form) return;
    document.body.hidden = true; // at once, whatever the network does
    leave();
    form.submit();
  }

  function look() {
    const now = Date.now();
    if (now - touched >= idle * 1000) return lock();
    if (touched > told && now - told >= TELL_EVERY) {
      told = now;
      const headers = { "X-CSRFToken": form.elements.csrf_token.value };
      fetch(presence, { method: "POST", headers }).then((answer) => answer.status === 401 && lock(), () => undefined);
    }
  }

  for (const act of ["pointerdown", "keydown", "wheel", "touchmove"])
    addEventListener(act, () => (touched = Date.now()), { passive: true, capture: true });
  // A tablet that was put to sleep shows nothing before it has looked at the clock.
  document.addEventListener("visibilitychange", () => {
    if (leaving) return;
    document.body.hidden = document.hidden;
    if (!document.hidden) look();
  });
  addEventListener("pageshow", look);
  setInterval(look, 1000);
}
