/* Alerts on this phone: registers the worker, keeps the server's copy of the subscription true at each opening,
   and asks for permission only from a tap on [data-push-ask]. */
"use strict";

const place = document.querySelector("[data-push]").dataset;
const card = () => document.querySelector("[data-push-card]");
const supported = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
const onIos = /iPhone|iPad/.test(navigator.userAgent) || (navigator.maxTouchPoints > 1 && /Mac/.test(navigator.platform));
const platform = onIos ? "ios" : /Android/.test(navigator.userAgent) ? "android" : "desktop";
const installed = matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;

let refused = false;

start();
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-push-ask]")) ask();
});
// She may have allowed them in the settings meanwhile, on the way back described to her.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && refused && Notification.permission !== "denied") start();
});

async function start() {
  if ("serviceWorker" in navigator) await navigator.serviceWorker.register(place.worker).catch(() => undefined);
  if (onIos && !installed) return undefined; // install.js shows the way: alerts exist on the home screen only
  if (!supported) return say("unsupported");
  // Opened without network to read the last inbox: nothing is wrong with the alerts.
  if (Notification.permission === "granted") {
    const again = refused;
    return subscribe().then(() => again && say("granted"), ({ words }) => navigator.onLine && say("failed", words));
  }
  if (Notification.permission === "denied") return say("denied");
  return reveal();
}

async function ask() {
  const button = document.querySelector("[data-push-ask]");
  button.disabled = true;
  try {
    const permission = await Notification.requestPermission();
    if (permission === "granted") await subscribe();
    say(permission === "default" ? "later" : permission);
  } catch ({ words }) {
    say("failed", words);
  }
  button.disabled = false;
  if (Notification.permission === "granted") show("[data-push-ask]", false);
}

/* Subscribes where needed, and tells the server every time: subscriptions end without any event on some phones. */
async function subscribe() {
  const registration = await navigator.serviceWorker.ready;
  const { key, csrf } = await (await fetch(place.keyUrl)).json();
  let subscription = await registration.pushManager.getSubscription();
  if (subscription && !madeWith(subscription, key)) {
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  const answer = await fetch(place.subscriptionUrl, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify(subscription),
  });
  if (answer.ok) return;
  const { words } = await answer.json().catch(() => ({}));
  throw Object.assign(new Error(`subscription refused: ${answer.status}`), { words });
}

function madeWith(subscription, key) {
  const used = subscription.options?.applicationServerKey;
  return !used || String(new Uint8Array(used)) === String(bytes(key));
}

function bytes(base64url) {
  const base64 = base64url.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/* The card of the settings, or the strip of the inbox, which leads there when a tap cannot mend it. */
function reveal() {
  if (!card()) return;
  card().hidden = false;
  show("[data-push-ask]", true);
}

function show(what, shown) {
  const element = document.querySelector(what);
  if (element) element.hidden = !shown;
  if (what === "[data-push-ask]") show("[data-push-repair]", !shown);
}

/* `words`: the server's own, where it knows better. */
function say(outcome, words) {
  reveal();
  refused = outcome === "denied";
  document.querySelectorAll("[data-way-back]").forEach((way) => (way.hidden = !refused || way.dataset.wayBack !== platform));
  const status = document.querySelector("[data-push-status]");
  if (status) status.textContent = words ?? place[outcome];
  const button = document.querySelector("[data-push-ask]");
  if (button) show("[data-push-ask]", ["later", "failed"].includes(outcome));
  if (outcome === "granted" && card()?.matches(".strip")) card().hidden = true;
  document.dispatchEvent(new Event("relais:state"));
}
