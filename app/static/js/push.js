/* Alerts on this phone: registers the worker, keeps the server's copy of the subscription true at each opening,
   and asks for permission only from a tap on [data-push-ask]. */
"use strict";

const place = document.querySelector("[data-push]").dataset;
const card = () => document.querySelector("[data-push-card]");
const supported = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
const onIos = /iPhone|iPad/.test(navigator.userAgent) || (navigator.maxTouchPoints > 1 && /Mac/.test(navigator.platform));
const installed = matchMedia("(display-mode: standalone)").matches;

const WORDS = {
  granted: "C’est fait : ce téléphone reçoit les demandes.",
  denied:
    "Les alertes sont bloquées pour Relais. Pour revenir en arrière : réglages du navigateur, " +
    "Notifications, Relais, Autoriser. En attendant, gardez cette page ouverte.",
  later: "Rien n’a changé. Vous pourrez accepter les alertes plus tard.",
  install: "Ajoutez Relais à l’écran d’accueil (Partager, puis « Sur l’écran d’accueil ») et ouvrez-le de là.",
  unsupported: "Ce navigateur ne sait pas recevoir d’alertes. Gardez cette page ouverte : elle se met à jour seule.",
  failed: "Les alertes n’ont pas pu être activées. Réessayez quand le réseau est meilleur.",
};

start();
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-push-ask]")) ask();
});
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-sign-out]")) navigator.serviceWorker?.controller?.postMessage("signed-out");
});

async function start() {
  if ("serviceWorker" in navigator) await navigator.serviceWorker.register(place.worker).catch(() => undefined);
  if (!supported) return say(onIos && !installed ? "install" : "unsupported");
  // Opened without network to read the last inbox: nothing is wrong with the alerts.
  if (Notification.permission === "granted") return subscribe().catch(() => navigator.onLine && say("failed"));
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
  } catch {
    say("failed");
  }
  button.disabled = false;
  button.hidden = Notification.permission === "granted";
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
  if (!answer.ok) throw new Error(`subscription refused: ${answer.status}`);
}

function madeWith(subscription, key) {
  const used = subscription.options?.applicationServerKey;
  return !used || String(new Uint8Array(used)) === String(bytes(key));
}

function bytes(base64url) {
  const base64 = base64url.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function reveal() {
  if (card()) card().hidden = false;
}

function say(outcome) {
  reveal();
  const status = document.querySelector("[data-push-status]");
  if (status) status.textContent = WORDS[outcome];
  const button = document.querySelector("[data-push-ask]");
  if (button) button.hidden = !["later", "failed"].includes(outcome);
}
