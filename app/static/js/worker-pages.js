/* Service worker, without network: versioned assets, the last inbox and the offline page, nothing else. The inbox
   names no patient, and no other page is ever kept. */
"use strict";

// Several copies of the app may share one host, each under its own path: a worker touches its own caches only.
const SHELL_CACHES = `shell:${SCOPE}:`;
const SHELL_CACHE = SHELL_CACHES + VERSION;
const INBOX_CACHE = `inbox:${SCOPE}`;
// One URL answers a page and its moving part, and a cache of Chromium holds one answer per URL: each gets a name.
const KEPT = { page: within("inbox?kept=page"), part: within("inbox?kept=part") };

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

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.includes("/static/") && url.searchParams.has("v")) event.respondWith(asset(request));
  else if (url.pathname === `${SCOPE}inbox`) event.respondWith(inbox(request));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(offlinePage));
});

async function asset(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await (await caches.open(SHELL_CACHE)).put(request, response.clone());
  return response;
}

async function inbox(request) {
  const kind = request.headers.has("HX-Request") ? "part" : "page";
  try {
    const response = await fetch(request);
    // Signed out, or no longer allowed: what was kept goes as well.
    if (response.headers.get("X-Offline") === "keep") await keepInbox(kind, response.clone());
    else if (response.status < 500) await caches.delete(INBOX_CACHE);
    return response;
  } catch (failure) {
    // A part asked for without network changes nothing: what is on the screen is the last that came.
    if (kind === "part") throw failure;
    return (await lastInbox()) ?? offlinePage();
  }
}

async function keepInbox(kind, response) {
  const headers = new Headers(response.headers); // its security policy among them
  for (const ofTheWire of ["Content-Encoding", "Content-Length", "Vary"]) headers.delete(ofTheWire);
  await (await caches.open(INBOX_CACHE)).put(KEPT[kind], new Response(await response.text(), { headers }));
}

/* The page as last opened, with its moving part as last received. */
async function lastInbox() {
  const cache = await caches.open(INBOX_CACHE);
  const [page, part] = await Promise.all([cache.match(KEPT.page), cache.match(KEPT.part)]);
  const at = (response) => Date.parse(response.headers.get("Date"));
  if (!page || !part || at(part) < at(page)) return page;
  const whole = await page.text();
  const [start, end] = [whole.indexOf('<section id="inbox"'), whole.indexOf("<!-- inbox ends -->")];
  const fits = start > 0 && end > start; // not in a page kept by an older Relais
  const html = fits ? whole.slice(0, start) + (await part.text()) + whole.slice(end) : whole;
  return new Response(html, { headers: page.headers });
}

async function offlinePage() {
  return (await caches.match(SHELL[0])) ?? Response.error();
}
