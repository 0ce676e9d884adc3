/* Answers and passages that found no signal: kept on the phone, sent once when there is one. The page and its worker
   both run this file. Kept: the id of an offer or of a passage, the answer, which part it takes, when the finger
   touched, a key. Nothing about a patient. */
"use strict";

const outbox = (() => {
  const scope = self.registration ? new URL(registration.scope).pathname : document.documentElement.dataset.root;
  const name = `outbox:${scope}`;
  const PATIENCE = 15000; // ms for one answer, on a network that is there and carries nothing
  const PATHS = { accept: "acceptance", refuse: "refusal" };

  const works = Boolean(self.indexedDB && navigator.locks);

  function open() {
    return new Promise((resolve, reject) => {
      const opening = indexedDB.open(name, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("taps", { keyPath: "offer" });
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
  }

  async function run(mode, act) {
    const db = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = db.transaction("taps", mode);
        const request = act(transaction.objectStore("taps"));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      db.close();
    }
  }

  /* One answer per offer: the last touch is what the person means. `way`: the capability of a notice, if any. */
  const keep = (tap) => run("readwrite", (taps) => taps.put(tap));
  const all = () => run("readonly", (taps) => taps.getAll());
  const forget = (offer) => run("readwrite", (taps) => taps.delete(offer));
  const empty = () => run("readwrite", (taps) => taps.clear());

  async function forgetSent(sent) {
    const kept = (await all()).find((tap) => tap.offer === sent.offer);
    if (kept?.key === sent.key) await forget(sent.offer); // another touch may have come meanwhile
  }

  /* Sends what is kept, each once, and hands each outcome to `tell`. Throws when there is no signal yet. One copy
     of this runs at a time on a phone, page or worker; were one killed half-way, the key makes the next a copy. */
  const send = (tell) =>
    navigator.locks.request(name, async () => {
      const outcomes = [];
      for (const tap of await all()) outcomes.push(sendOne(tap, tell));
      for (const outcome of await Promise.allSettled(outcomes)) if (outcome.reason) throw outcome.reason;
    });

  async function sendOne(tap, tell) {
    const outcome = await post(tap);
    await forgetSent(tap);
    await tell({ ...tap, ...outcome });
  }

  async function post(tap) {
    // How long ago, and not when: phones' clocks are wrong.
    const said = { key: tap.key, age: Math.max(0, Math.round((Date.now() - tap.at) / 1000)) };
    const response = await (tap.way ? fromNotice(tap, said) : signedIn(tap, said));
    // Busy, broken, or signed out: nobody has settled anything, so it stays kept.
    if (response.type === "opaqueredirect" || ![200, 404, 409].includes(response.status)) throw new Error("not settled");
    const settled = response.status === 404 ? {} : await response.json();
    return { stands: response.ok, fate: settled.fate, words: settled.words };
  }

  function fromNotice({ way, answer, key }, said) {
    const body = JSON.stringify({ ...said, token: way.token, answer });
    return ask(way.path, { body, headers: { "Content-Type": "application/json", "Idempotency-Key": key } });
  }

  async function signedIn({ offer, answer, part, to, early, key }, said) {
    if (part) said = { ...said, said: part };
    if (to) said = { ...said, state: answer, ...(early && { early }) };
    const fresh = await ask("push/key", { method: "GET" });
    if (!fresh.ok) return fresh;
    const headers = { Accept: "application/json", "X-CSRFToken": (await fresh.json()).csrf, "Idempotency-Key": key };
    return ask(to ?? `offers/${offer}/${PATHS[answer]}`, { body: new URLSearchParams(said), headers });
  }

  const ask = (path, options) =>
    fetch(scope + path, { method: "POST", redirect: "manual", signal: AbortSignal.timeout(PATIENCE), ...options });

  return { works, keep, all, forget, empty, send };
})();
