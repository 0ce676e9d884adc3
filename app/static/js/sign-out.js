// Signing out leaves nothing on a phone that may be lent or lost. The answer's Clear-Site-Data says the same to the
// browsers that know it; this is for the others, and for what it does not reach: notices, badge, subscription.
document.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-sign-out]")) return;
  event.preventDefault();
  const patience = new Promise((resolve) => setTimeout(resolve, 2000)); // a phone that stalls must not keep her signed in
  await Promise.race([Promise.allSettled([alerts(), pages(), answers()]), patience]);
  localStorage.clear();
  sessionStorage.clear();
  event.target.submit();
});

async function alerts() {
  await navigator.clearAppBadge?.();
  const registration = await navigator.serviceWorker?.getRegistration(document.documentElement.dataset.root);
  if (!registration) return;
  for (const notice of await registration.getNotifications()) notice.close();
  await (await registration.pushManager?.getSubscription())?.unsubscribe();
}

async function answers() {
  if (!outbox.works) return;
  await outbox.send(() => undefined).catch(() => undefined); // the last chance of what she said
  await outbox.empty();
}

async function pages() {
  await caches.delete(`inbox:${document.documentElement.dataset.root}`);
}
