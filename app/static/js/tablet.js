// A shared tablet: locks itself when nobody has touched it for a while, and keeps its person signed in while somebody does.
"use strict";

{
  const { idle, presence } = document.querySelector("[data-tablet]").dataset;
  const TELL_EVERY = Math.min(30000, idle * 250); // ms, well within what the server waits
  const form = document.getElementById("lock");
  let touched = Date.now();
  let told = touched;
  let leaving = false;

  function lock() {
    if (leaving || !form) return;
    leaving = true;
    document.body.hidden = true; // at once, whatever the network does
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
