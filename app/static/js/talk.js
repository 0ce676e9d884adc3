// A line that is said shows at once. Without network it waits on this page, in memory only (it may be about a patient, so
// no phone keeps it), and leaves when the network is back; its key makes a second copy the same line.
(() => {
  const SAY = "form[data-say]";
  const PATIENCE = 8000; // ms before a line without an answer waits
  const RETRY_EVERY = 10000; // ms, while something waits
  const waiting = new Map(); // by key: the line as it is shown, and what is sent
  const isLine = (ctx) => ctx?.sourceElement?.matches?.(SAY);

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches?.(SAY)) return;
    const unsent = [...form.querySelectorAll(".sending__one")].filter((one) => one.unsent);
    if (unsent.length) return hold(event, form, unsent);
    const empty = !form.elements.text.value.trim() && !form.querySelector("[name=kept_document]:checked");
    if (empty) (event.preventDefault(), event.stopImmediatePropagation(), form.elements.text.focus());
  }, true);

  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    if (!isLine(ctx)) return;
    ctx.request.timeout = PATIENCE;
    const form = ctx.sourceElement;
    const { text, key } = form.elements;
    show(key.value, text.value, { url: form.action, body: new URLSearchParams(new FormData(form)) });
    ctx.sayKey = key.value;
    clear(form);
  });

  /* Photos that found no signal wait with their line. */
  function hold(event, form, photos) {
    event.preventDefault();
    event.stopImmediatePropagation();
    const { text, key } = form.elements;
    const body = new FormData(form);
    for (const { unsent } of photos) body.append("document", unsent.body, unsent.name);
    show(key.value, text.value, { url: form.action, body });
    wait(key.value);
    clear(form);
    flush();
  }

  /* For the next line: nothing of this one stays chosen. */
  function clear(form) {
    form.reset();
    form.elements.text.value = "";
    form.querySelectorAll(".sending__one").forEach((one) => one.remove());
    form.elements.key.value = crypto.randomUUID();
  }

  document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
    if (isLine(ctx) && ctx.text === undefined) wait(ctx.sayKey);
  });
  document.addEventListener("htmx:before:response", (event) => {
    const { ctx } = event.detail;
    if (!isLine(ctx)) return;
    if (![502, 503, 504].includes(ctx.response.status)) return void waiting.delete(ctx.sayKey);
    event.preventDefault(); // busy, or away: it is tried again
    wait(ctx.sayKey);
  });

  function show(key, text, sent) {
    const line = document.querySelector("[data-kept-line]").content.firstElementChild.cloneNode(true);
    line.querySelector(".line__text").textContent = text;
    waiting.set(key, { ...sent, line, waits: false, since: Date.now() });
    paint();
  }

  function wait(key) {
    const kept = waiting.get(key);
    if (!kept) return;
    kept.waits = true;
    kept.line.querySelector("[data-going]").hidden = true;
    kept.line.querySelector("[data-waits]").hidden = false;
    paint();
  }

  /* Below what was said, also after the thread came anew. */
  function paint() {
    const lines = document.querySelector("#thread .lines");
    document.querySelectorAll(".line--kept").forEach((line) => [...waiting.values()].some((kept) => kept.line === line) || line.remove());
    for (const { line } of waiting.values()) if (lines && line.parentElement !== lines) lines.append(line);
  }

  let sending = false;
  async function flush() {
    if (sending) return;
    sending = true;
    for (const [key, kept] of waiting) if (kept.waits) await send(key, kept).catch(() => undefined);
    sending = false;
  }

  async function send(key, { url, body, since }) {
    body.set("waited", Math.round((Date.now() - since) / 1000)); // how long, and not since when: phones' clocks are wrong
    const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers:inherited") ?? "{}");
    const headers = { "HX-Request": "true", "X-CSRFToken": token };
    const answer = await fetch(url, { method: "POST", body, headers, signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status >= 500) return;
    waiting.delete(key);
    const away = answer.headers.get("HX-Redirect");
    if (away) return location.assign(away); // signed out meanwhile: what was typed is kept there
    const section = document.getElementById("thread");
    if (answer.ok && section) htmx.trigger(document.getElementById("live"), section.dataset.thread); // it fetches itself again
    else if (section && [409, 422].includes(answer.status)) {
      section.outerHTML = await answer.text(); // what is wrong, beside what was typed
      htmx.process(document.getElementById("thread"));
    } else location.reload();
  }

  /* A thread is read from its end. */
  const last = document.querySelector(".thread[data-whole] .line:last-child");
  if (last && document.documentElement.scrollHeight > innerHeight) last.scrollIntoView({ block: "center" });

  addEventListener("beforeunload", (event) => [...waiting.values()].some((kept) => kept.waits) && event.preventDefault());
  setInterval(flush, RETRY_EVERY);
  addEventListener("online", flush);
  document.addEventListener("htmx:sse:after:connection", flush);
  document.addEventListener("htmx:after:swap", paint);
  document.addEventListener("htmx:after:swap", flush);
})();
