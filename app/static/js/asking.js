// A question that depends on another answer is shown once that answer is given. Without this script all are shown,
// and the server ignores those that were not asked.
(() => {
  const parts = [...document.querySelectorAll("[data-asked-if], [data-asked-unless]")];

  function said(condition) {
    const [name, value] = condition.split("=");
    return [...document.getElementsByName(name)].some(
      (field) => field.checked && field.value === value && !field.closest("[hidden]"),
    );
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
