// Passkeys: asks the device to sign (get) or to make a key (create), and shows in words what came of it.
// Each form names its ceremony, its two addresses and its words in data- attributes.
"use strict";

{
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const base64url = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

  // PublicKeyCredential.parse…FromJSON does the same, but came to Safari only with 18.4.
  function readOptions(options) {
    const read = { ...options, challenge: bytes(options.challenge) };
    if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
    for (const list of ["allowCredentials", "excludeCredentials"]) {
      if (options[list]) read[list] = options[list].map((key) => ({ ...key, id: bytes(key.id) }));
    }
    return read;
  }

  function writeCredential(credential) {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[part]) response[part] = base64url(credential.response[part]);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    return { id: credential.id, rawId: base64url(credential.rawId), type: credential.type, response };
  }

  async function ask(form, url, body) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token.value };
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) }).catch(() => null);
    if (!answer) throw new Error("offline");
    const known = await answer.json().catch(() => ({}));
    if (answer.status === 401) return location.reload();
    if (known.error === "proof") return location.assign(known.next);
    if (!answer.ok) throw new Error(["unknown", "slow"].includes(known.error) ? known.error : "refused");
    return known;
  }

  let listening = null;
  async function ceremony(form, mediation) {
    listening?.abort();
    const options = await ask(form, form.dataset.options, {});
    if (!options) return;
    const publicKey = readOptions(options);
    const request = { publicKey };
    if (mediation) {
      listening = new AbortController();
      Object.assign(request, { mediation, signal: listening.signal });
    }
    const credential = await navigator.credentials[form.dataset.passkey](request);
    try {
      const answer = await ask(form, form.action, writeCredential(credential));
      if (answer) location.assign(answer.next);
    } catch (error) {
      // The device may stop offering a key that no longer opens anything.
      if (error.message === "unknown") {
        const forgotten = { rpId: options.rpId, credentialId: credential.id };
        await window.PublicKeyCredential.signalUnknownCredential?.(forgotten).catch(() => {});
      }
      throw error;
    }
  }

  const WORDS = {
    NotAllowedError: "denied",
    InvalidStateError: "exists",
    NotSupportedError: "unsupported",
    SecurityError: "address",
  };

  function say(form, word) {
    form.querySelector("[data-message]").textContent = form.dataset[word] ?? "";
  }

  async function perform(form) {
    const button = form.querySelector("button");
    button.disabled = true;
    say(form, "wait");
    try {
      await ceremony(form);
    } catch (error) {
      say(form, WORDS[error.name] ?? (error.message in form.dataset ? error.message : "refused"));
    }
    button.disabled = false;
  }

  // Where the browser can, it offers the keys by itself, in the field, without a tap on the button.
  async function listen(form, field) {
    if (!(await window.PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    field.hidden = false;
    try {
      await ceremony(form, "conditional");
    } catch (error) {
      if (error.message in form.dataset) say(form, error.message); // what only the device refused was not asked for
    }
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.querySelector("[data-without-script]").remove();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      perform(form);
    });
    const supported = Boolean(window.PublicKeyCredential);
    form.querySelector("button").disabled = !supported;
    if (!supported) say(form, "unsupported");
    const field = form.querySelector("[data-autofill]");
    if (supported && field) listen(form, field);
  }
}
