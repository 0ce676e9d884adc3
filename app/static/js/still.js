// Nothing changes its meaning under a finger. Two taps of one hand come within half a second: what can be tapped, and
// did not say the same at the same place before the page changed, takes no pointer for 700 ms. Keys are not held back.
// A whole page that has just come is held by the style sheet alone (`body`), with or without scripts.
"use strict";

const still = (() => {
  const LASTS = 700; // ms, as `still` of base.css
  const NEAR = 8; // px
  const TAPPABLE = "a[href], button, summary, label, input:not([type=hidden]), select, textarea";
  let last = [];

  /* What a tap on it would say. The key of a tap and the token of a page are new on each drawing, and say nothing. */
  function says(element) {
    const form = element.form ?? element.closest("form");
    const sent = [...(form?.querySelectorAll("input[type=hidden]") ?? [])]
      .filter(({ name }) => name !== "csrf_token" && name !== "key")
      .map(({ name, value }) => `${name}=${value}`);
    const { tagName, name, value, textContent } = element;
    return [tagName, element.href ?? form?.action, sent, name, value, textContent.trim()].join("|");
  }

  const look = () =>
    [...document.querySelectorAll(TAPPABLE)].map((element) => {
      const { left, top } = element.getBoundingClientRect();
      return { element, left, top, says: says(element), until: Number(element.dataset.still ?? 0) };
    });

  const isHere = (one) => (other) =>
    other.says === one.says && Math.abs(other.left - one.left) < NEAR && Math.abs(other.top - one.top) < NEAR;

  function hold() {
    const now = performance.now();
    for (const one of look()) {
      const until = last.find(isHere(one))?.until ?? now + LASTS;
      if (until > now) one.element.dataset.still = until;
      else delete one.element.dataset.still;
    }
    setTimeout(release, LASTS + 1);
  }

  function release() {
    const now = performance.now();
    for (const element of document.querySelectorAll("[data-still]"))
      if (Number(element.dataset.still) <= now) delete element.dataset.still;
  }

  /* Around every change of the page that is no whole page. */
  const before = () => (last = look());

  document.addEventListener("htmx:before:swap", before);
  document.addEventListener("htmx:after:swap", () => {
    hold();
    requestAnimationFrame(hold); // where it has been scrolled to
  });
  return { before, after: hold };
})();
