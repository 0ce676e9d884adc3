/* The app's part that runs with no page open: shows alerts, reports them, answers from the lock screen, and keeps
   the last inbox readable without network. Nothing that names a patient is kept on the phone. */
"use strict";

const SCOPE = new URL(registration.scope).pathname;
// Several copies of the app may share one host, each under its own path: a worker touches its own caches only.
const SHELL_CACHES = `shell:${SCOPE}:`;
const SHELL_CACHE = SHELL_CACHES + {{ version|tojson }};
const INBOX_CACHE = `inbox:${SCOPE}`;
const SHELL = {{ shell|tojson }};
const OFFLINE_PAGE = SHELL[0];
const DONE = { accept: "C’est noté : vous prenez la demande", refuse: "Refus enregistré" };

const within = (path) => new URL(path, registration.scope).href;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepShell());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([dropOldShells(), clients.claim()]));
});

async function keepShell() {
  const cache = await caches.open(SHELL_CACHE);
  // One missing file must not keep the whole worker, and with it the alerts, from this phone.
  await Promise.allSettled(SHELL.map((url) => cache.add(new Request(url, { cache: "reload" }))));
}

async function dropOldShells() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(SHELL_CACHES) && name !== SHELL_CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/* Network. Only three things are ever answered from the phone: versioned assets, the last inbox, the offline page. */

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.includes("/static/") && url.searchParams.has("v")) event.respondWith(asset(request));
  else if (url.pathname.endsWith("/inbox")) event.respondWith(inbox(request));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(offlinePage));
});

async function asset(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await keep(SHELL_CACHE, request, response);
  return response;
}

async function inbox(request) {
  try {
    const response = await fetch(request);
    // Signed out, or no longer allowed: what was kept goes as well.
    if (response.headers.get("X-Offline") === "keep") await keep(INBOX_CACHE, request, response);
    else if (response.status < 500) await caches.delete(INBOX_CACHE);
    return response;
  } catch (failure) {
    const kept = await (await caches.open(INBOX_CACHE)).match(request);
    if (kept) return kept;
    if (request.mode === "navigate") return offlinePage();
    throw failure;
  }
}

async function keep(name, request, response) {
  const copy = response.clone();
  await (await caches.open(name)).put(request, copy);
}

async function offlinePage() {
  return (await caches.match(OFFLINE_PAGE)) ?? Response.error();
}

self.addEventListener("message", (event) => {
  if (event.data === "signed-out") event.waitUntil(caches.delete(INBOX_CACHE));
});

/* Alerts. Each push shows something: iOS revokes a subscription after three silent ones. */

self.addEventListener("push", (event) => {
  const notice = event.data ? read(event.data) : event.notification;
  event.waitUntil(Promise.all([show(notice), report(notice?.data?.receipt)]));
});

function read(data) {
  try {
    return data.json().notification;
  } catch {
    return null;
  }
}

function show(notice) {
  const data = notice?.data ?? { path: "inbox" };
  const answerable = Boolean(data.answers);
  const buttons = [{ action: "accept", title: "Accepter" }, { action: "refuse", title: "Refuser" }];
  return registration.showNotification(notice?.title ?? "Relais", {
    body: notice?.body ?? "Ouvrez Relais pour voir vos demandes.",
    lang: "fr",
    tag: notice?.tag ?? "relais",
    // What only says that a request is gone takes the alert's place without ringing again.
    renotify: answerable,
    requireInteraction: answerable,
    icon: within("static/icons/icon-192.png"),
    badge: within("static/icons/badge-96.png"),
    actions: answerable && Notification.maxActions > 0 ? buttons : [],
    data,
  });
}

function report(receipt) {
  // A lost receipt costs a mark on the requester's screen, never the notice itself.
  return receipt ? post(receipt.path, { token: receipt.token }).catch(() => undefined) : undefined;
}

function post(path, body, headers = {}) {
  return fetch(within(path), {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
    credentials: "same-origin",
    keepalive: true,
  });
}

self.addEventListener("notificationclick", (event) => {
  const { notification, action } = event;
  const way = notification.data?.answers?.[action];
  notification.close();
  event.waitUntil(way ? answer(way, action, notification) : open(notification.data?.path ?? "inbox"));
});

async function answer(way, action, { tag, data, body }) {
  const words = await post(way.path, { token: way.token, answer: action }).then(
    (response) => {
      if (response.ok) return DONE[action];
      return response.status === 409 ? "Déjà prise par un confrère" : "Ouvrez Relais pour répondre";
    },
    () => "Pas encore envoyé : ouvrez Relais",
  );
  await show({ title: words, body, tag, data: { path: data.path } });
}

async function open(path) {
  const url = within(path);
  const windows = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const mine = windows.find((client) => client.url.startsWith(registration.scope));
  if (!mine) return clients.openWindow(url);
  const focused = await mine.focus();
  // A page that this worker does not control yet cannot be sent elsewhere.
  return focused.navigate(url).catch(() => clients.openWindow(url));
}

/* The browser replaced the subscription by itself: say so, or this phone would fall silent. */

self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(subscribeAgain()));

async function subscribeAgain() {
  const { key, csrf } = await (await fetch(within("push/key"))).json();
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await post("push/subscription", subscription, { "X-CSRFToken": csrf });
}
