/* The app's part that runs with no page open. What it does is in three files: `worker-pages.js` answers without
   network, `worker-alerts.js` shows alerts and acts on them, `outbox.js` sends what was said without signal. */
"use strict";

const SCOPE = new URL(registration.scope).pathname;
const VERSION = {{ version|tojson }};
const LANGUAGE = {{ language()|tojson }};
const WORDS = {
  accept: {{ _("Accepter")|tojson }},
  refuse: {{ _("Refuser")|tojson }},
  open: {{ _("Ouvrez Relais pour voir vos demandes.")|tojson }},
  answer: {{ _("Ouvrez Relais pour répondre")|tojson }},
  kept: {{ _("Pas encore envoyé : gardé, envoyé dès que le réseau revient")|tojson }},
  done: { accept: {{ _("C'est noté : vous prenez la demande")|tojson }}, refuse: {{ _("Refus enregistré")|tojson }} },
};
const SHELL = {{ shell|tojson }};
const within = (path) => new URL(path, registration.scope).href;

importScripts({% for script in scripts %}{{ script|tojson }}{{ ", " if not loop.last }}{% endfor %});

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepShell());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([dropOldShells(), clients.claim()]));
});
