/* Installing Relais: offered once she has answered something, in the way of her device, and put aside for a month by
   one tap. On its own page, the guide of this device stands open; the browser's own question needs a tap too. */
"use strict";

{
  const LATER = "install-later";
  const MONTH = 30 * 24 * 3600 * 1000;
  const onIos = /iPhone|iPad/.test(navigator.userAgent) || (navigator.maxTouchPoints > 1 && /Mac/.test(navigator.platform));
  const device = onIos ? "ios" : /Android/.test(navigator.userAgent) ? "android" : "desktop";
  const installed = matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
  const undecided = !onIos && "Notification" in window && Notification.permission === "default";
  let question = null;

  document.documentElement.dataset.device = device;
  document.querySelectorAll("details[data-guide]").forEach((guide) => (guide.open = guide.dataset.guide === device));

  function offer() {
    const card = document.querySelector("[data-install-card]");
    const putAside = Date.now() - Number(localStorage.getItem(LATER) ?? 0) < MONTH;
    // One question at a time: alerts first, where they can be had without installing.
    if (card) card.hidden = installed || putAside || undecided;
  }

  function ready(able) {
    document.querySelectorAll("[data-install]").forEach((button) => (button.hidden = !able));
  }

  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    question = event;
    ready(true);
  });

  addEventListener("appinstalled", () => {
    ready(false);
    document.querySelectorAll("[data-install-card]").forEach((card) => (card.hidden = true));
    document.querySelectorAll("[data-installed]").forEach((words) => (words.hidden = false));
  });

  document.addEventListener("click", async ({ target }) => {
    if (target.closest?.("[data-install-later]")) {
      localStorage.setItem(LATER, Date.now());
      offer();
    } else if (target.closest?.("[data-install]") && question) {
      const asked = question;
      question = null; // a browser answers it once
      ready(false);
      await asked.prompt();
    }
  });

  document.querySelectorAll("[data-installed]").forEach((words) => (words.hidden = !installed));
  offer();
}
