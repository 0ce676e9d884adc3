// Chromium cannot subscribe without its vendor's servers: the page gets the test's own subscription instead.
// Whether there is one outlives reloads, as in a browser.
(() => {
  const held = HELD;
  const place = "test:push-subscription";
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text = (key) => typeof key === "string" ? key
    : btoa(String.fromCharCode(...new Uint8Array(key.buffer ?? key))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const subscription = (serverKey) => ({
    endpoint: held.endpoint,
    expirationTime: null,
    options: { userVisibleOnly: true, applicationServerKey: bytes(serverKey).buffer },
    getKey: (name) => bytes(held.keys[name]).buffer,
    toJSON: () => held,
    unsubscribe: async () => { localStorage.removeItem(place); return true; },
  });
  PushManager.prototype.subscribe = async function (options) {
    if (Notification.permission !== "granted") throw new DOMException("Registration failed - permission denied", "NotAllowedError");
    const serverKey = text(options.applicationServerKey);
    const known = localStorage.getItem(place);
    if (known !== null && known !== serverKey) throw new DOMException("A different applicationServerKey exists", "InvalidStateError");
    localStorage.setItem(place, serverKey);
    return subscription(serverKey);
  };
  PushManager.prototype.getSubscription = async function () {
    const serverKey = localStorage.getItem(place);
    return serverKey === null ? null : subscription(serverKey);
  };
})();
