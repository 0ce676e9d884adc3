// A question that depends on another answer is shown once that answer is given. Without this script all are shown,
// and the server ignores those that were not asked.
(() => {
  const parts = [...document.querySelectorAll("[data-asked-if], [data-asked-unless]")];

  /* One of several answers, each written `name=value`. */
  function said(conditions) {
    return conditions.split(" ").some((condition) => {
      const [name, value] = condition.split("=");
      return [...document.getElementsByName(name)].some(
        (field) => field.checked && field.value === value && !field.closest("[hidden]"),
      );
    });
  }

  function show() {
    for (const part of parts) {
      const { askedIf, askedUnless } = part.dataset;
      part.hidden = askedIf ? !said(askedIf) : said(askedUnless);
    }
  }

  document.addEventListener("change", show);
  addEventListener("pageshow", show);
  show();
})();

// After a form came back: to the first answer to mend. An error goes as soon as it is mended, and the summary with it.
(() => {
  const summary = document.querySelector(".mistakes");
  if (!summary) return;

  function groupOf(link) {
    return document.getElementById(link.hash.slice(1))?.closest("[data-wrong]");
  }

  function count() {
    const left = summary.querySelectorAll("a").length;
    const { words, one, many } = summary.dataset;
    if (left) summary.querySelector("b").textContent = words.replace("{n}", left > 1 ? many.replace("{n}", left) : one);
    else summary.remove();
  }

  function mended({ target }) {
    const group = target.closest?.("[data-wrong]");
    if (!group || !target.value || (target.type === "checkbox" && !target.checked)) return;
    for (const link of summary.querySelectorAll("a")) if (groupOf(link) === group) link.remove();
    for (const error of group.querySelectorAll(".field__error")) error.remove();
    for (const field of group.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    delete group.dataset.wrong;
    count();
  }

  document.addEventListener("input", mended);
  const [arrival] = performance.getEntriesByType("navigation");
  const first = groupOf(summary.querySelector("a"));
  if (!first || arrival?.type === "back_forward") return;
  first.querySelector("input:not([type=hidden]), select, textarea").focus({ preventScroll: true });
  first.scrollIntoView({ block: "nearest" });
})();
