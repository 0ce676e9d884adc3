/* Service worker, alerts: shows each, says that it came, and acts on its buttons without opening a page. */
"use strict";

/* Each push shows something: iOS revokes a subscription after three silent ones. */
self.addEventListener("push", (event) => {
  const notice = event.data ? read(event.data) : event.notification;
  event.waitUntil(Promise.all([show(notice).then(countOnIcon), report(notice?.data?.receipt)]));
});

function read(data) {
  try {
    return data.json().notification;
  } catch {} // not ours: it still shows something
  return null;
}

function show(notice) {
  const data = notice?.data ?? { path: "inbox" };
  const buttons = [{ action: "accept", title: WORDS.accept }, { action: "refuse", title: WORDS.refuse }];
  return registration.showNotification(notice?.title ?? "Relais", {
    body: notice?.body ?? WORDS.open,
    lang: LANGUAGE,
    tag: notice?.tag ?? "relais",
    // What only says that a request is gone takes the alert's place in silence.
    renotify: Boolean(data.awaits),
    requireInteraction: Boolean(data.awaits),
    icon: within("static/icons/icon-192.png"),
    badge: within("static/icons/badge-96.png"),
    actions: data.answers && Notification.maxActions > 0 ? buttons : [],
    data,
  });
}

async function countOnIcon() {
  const awaiting = (await registration.getNotifications()).filter(({ data }) => data?.awaits).length;
  await (awaiting ? navigator.setAppBadge?.(awaiting) : navigator.clearAppBadge?.())?.catch(() => undefined);
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
    keepalive: true,
  });
}

self.addEventListener("notificationclick", (event) => {
  const { notification, action } = event;
  const way = notification.data?.answers?.[action];
  notification.close();
  event.waitUntil(way ? answer(way, action, notification) : open(notification.data?.path ?? "inbox"));
});

/* Kept first, then sent like any other answer: a phone in a cellar loses nothing. */
async function answer(way, action, notification) {
  const offer = notification.data.path.split("/").pop();
  await outbox.keep({ offer, answer: action, at: Date.now(), key: crypto.randomUUID(), way, notice: aboutIt(notification) });
  try {
    await outbox.send(tell);
  } catch {
    for (const page of await clients.matchAll({ type: "window" })) page.postMessage({ kept: offer });
    await registration.sync?.register("outbox").catch(() => undefined);
    await show({ ...aboutIt(notification), title: WORDS.kept });
  }
  await countOnIcon();
}

const aboutIt = ({ tag, body, data }) => ({ tag, body, data: { path: data.path } });

/* To the pages where there are some, and on the lock screen to whoever answered there or has none open. */
async function tell(settled) {
  const pages = await clients.matchAll({ type: "window" });
  for (const page of pages) page.postMessage({ settled });
  const seen = pages.some((page) => page.visibilityState === "visible");
  if (seen && !settled.way) return;
  const title = settled.stands ? WORDS.done[settled.answer] : settled.fate ?? WORDS.answer;
  const path = `offers/${settled.offer}`;
  await show({ tag: path, body: settled.words, ...settled.notice, title, data: { path } });
}

self.addEventListener("sync", (event) => {
  if (event.tag === "outbox") event.waitUntil(outbox.send(tell));
});

async function open(path) {
  const url = within(path);
  const windows = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const mine = windows.find((client) => client.url.startsWith(registration.scope));
  if (!mine) return clients.openWindow(url);
  const focused = await mine.focus();
  // A page that this worker does not control yet cannot be sent elsewhere.
  return focused.navigate(url).catch(() => clients.openWindow(url));
}

/* The browser replaced the subscription by itself: say so, or this phone would fall silent. Perhaps nobody is signed in
   at that hour: the old subscription proves whose phone it is. */
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

async function renew({ oldSubscription, newSubscription }) {
  const key = oldSubscription?.options?.applicationServerKey;
  if (!key) return subscribeAgain(); // some browsers do not say which one it was
  const options = { userVisibleOnly: true, applicationServerKey: key };
  const renewed = newSubscription ?? (await registration.pushManager.subscribe(options));
  const answer = await post("push/subscription/renewal", { old: oldSubscription, new: renewed });
  if (!answer.ok) await subscribeAgain();
}

async function subscribeAgain() {
  const { key, csrf } = await (await fetch(within("push/key"))).json();
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await post("push/subscription", subscription, { "X-CSRFToken": csrf });
}
