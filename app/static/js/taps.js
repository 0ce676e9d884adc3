// Accepter and Refuser where the signal is weak: a tap that cannot leave is kept, said so, and may be taken back.
(() => {
  if (!outbox.works) return;
  const ANSWER = "form[data-answer]";
  const PATIENCE = 8000; // ms before a tap without an answer is kept; were it received, the key makes the next a copy
  const RETRY_EVERY = 10000; // ms, while something is kept
  const isAnswer = (ctx) => ctx?.sourceElement?.matches?.(ANSWER);
  let kept = new Map();
  let sending = false;

  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    if (!isAnswer(ctx)) return;
    ctx.touchedAt = Date.now();
    ctx.request.timeout = PATIENCE;
    ctx.request.headers["Idempotency-Key"] = ctx.request.body.get("key");
  });
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
    if (isAnswer(ctx) && ctx.text === undefined) keep(ctx);
  });
  document.addEventListener("htmx:before:response", (event) => {
    const { ctx } = event.detail;
    if (!isAnswer(ctx) || ![502, 503, 504].includes(ctx.response.status)) return;
    event.preventDefault(); // Relais is busy or away, or something on the way answered in its place: it is tried again
    keep(ctx);
  });

  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (isAnswer(ctx) && ctx.sourceElement.dataset.answer === "accept" && ctx.response?.status === 200) navigator.vibrate?.(20);
  });

  async function keep({ sourceElement, touchedAt, request }) {
    const { forOffer: offer, to } = sourceElement.dataset; // of a passage, `offer` is its own id, and `to` where it goes
    const answer = to ? request.body.get("state") : sourceElement.dataset.answer;
    const part = request.body.get("said") || undefined; // of a yes that takes a part only
    const early = request.body.get("early") || undefined; // of a passage whose day has not come
    await outbox.keep({ offer, answer, part, to, early, at: touchedAt, key: request.headers["Idempotency-Key"] });
    await paint();
    const ready = await navigator.serviceWorker?.ready;
    await ready?.sync?.register("outbox").catch(() => undefined); // where it exists, it is sent with Relais closed too
  }

  // ---- what the card says meanwhile

  async function paint() {
    kept = new Map((await outbox.all()).map((tap) => [tap.offer, tap]));
    still.before();
    document.querySelectorAll(ANSWER).forEach((form) => (form.hidden = kept.has(form.dataset.forOffer)));
    document.querySelectorAll("[data-kept]").forEach((note) => kept.has(note.dataset.kept) || note.remove());
    for (const tap of kept.values()) {
      const form = document.querySelector(
        `:is(.offer-card__actions, .stop__acts) > ${ANSWER}[data-for-offer="${tap.offer}"]`,
      );
      if (form && !document.querySelector(`[data-kept="${tap.offer}"]`)) form.parentElement.append(note(tap));
    }
    still.after();
  }

  function note(tap) {
    const made = document.getElementById("kept-answer").content.firstElementChild.cloneNode(true);
    made.dataset.kept = tap.offer;
    const said = tap.to ? "passage" : tap.part ? "part" : tap.answer;
    made.querySelectorAll(`[data-said]:not([data-said="${said}"])`).forEach((other) => other.remove());
    made.querySelector("[data-at]").textContent = hourOf(tap.at);
    return made;
  }

  document.addEventListener("click", async ({ target }) => {
    const offer = target.closest?.("[data-forget]")?.closest("[data-kept]").dataset.kept;
    if (!offer) return;
    await outbox.forget(offer);
    await paint();
  });

  // ---- sending, at each sign that the network is back
  async function flush() {
    if (sending) return;
    sending = true;
    await paint(); // the worker may have kept what was said on the lock screen
    if (kept.size) {
      await outbox.send(tell).catch(() => undefined); // no signal yet: the next sign of it tries again
      await paint();
    }
    sending = false;
  }

  function tell({ offer, stands, words, answer, to }) {
    const made = document.getElementById("settled-answer").content.firstElementChild.cloneNode(true);
    made.dataset.kind = stands ? "success" : "warning";
    if (words) made.querySelector("[data-words]").textContent = words;
    const link = made.querySelector("a");
    link.href = document.documentElement.dataset.root + (to ? "visits" : `offers/${offer}`);
    still.before();
    document.getElementById("flashes").append(made);
    still.after();
    // The page of a visit is opened again as a whole, since reading whom it is about leaves a trace.
    if (stands && answer === "accept" && location.pathname === link.pathname) location.reload();
    else htmx.trigger(document.body, "poll");
  }

  setInterval(flush, RETRY_EVERY);
  addEventListener("online", flush);
  addEventListener("pageshow", flush);
  document.addEventListener("htmx:after:request", flush);
  document.addEventListener("htmx:sse:after:connection", flush);
  document.addEventListener("htmx:after:swap", paint);
  navigator.serviceWorker?.addEventListener("message", async ({ data }) => {
    await paint();
    if (data.settled) tell(data.settled);
  });
})();
