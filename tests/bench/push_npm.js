// npm web-push at concurrency 32: node push_npm.js <folder of node_modules> <origin> <messages> <bytes>
// Prints messages per second. The library posts over TLS only: its one call is led to a plain keep-alive
// connection, which spares it the TLS that ours is spared as well.
"use strict";

const http = require("http");
const https = require("https");
const crypto = require("crypto");

const [, , folder, origin, count, bytes] = process.argv;
const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });
https.request = (options, done) => http.request({ ...options, agent }, done);
const webpush = require(`${folder}/node_modules/web-push`);

const vapid = { subject: "mailto:relais@example.org", ...webpush.generateVAPIDKeys() };
const text = "x".repeat(Number(bytes));
const phones = Array.from({ length: 200 }, (_, number) => {
  const key = crypto.createECDH("prime256v1");
  key.generateKeys();
  const auth = crypto.randomBytes(16).toString("base64url");
  return { endpoint: `${origin}/push/${number}`, keys: { p256dh: key.getPublicKey("base64url"), auth } };
});

async function send(total) {
  let next = 0;
  const lane = async () => {
    while (next < total) {
      const phone = phones[next++ % phones.length];
      await webpush.sendNotification(phone, text, { TTL: 600, urgency: "high", topic: "a".repeat(32), vapidDetails: vapid });
    }
  };
  const started = process.hrtime.bigint();
  await Promise.all(Array.from({ length: 32 }, lane));
  return total / (Number(process.hrtime.bigint() - started) / 1e9);
}

send(200).then(() => send(Number(count))).then((rate) => console.log(rate));
