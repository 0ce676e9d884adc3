// Pro Santé Connect on this machine: a certified OpenID provider, with the claims of the real one (FACTS 4.1).
// node provider.js <folder of node_modules> <port> <file of people> <base address of Relais> ; prints "ready".
// People are read again at each sign-in, so that a test may add some. `level`: what `acr` will say; `token_seconds`.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , folder, port, file, relais] = process.argv;
const { Provider } = await import(pathToFileURL(createRequire(`${folder}/`).resolve("oidc-provider")));
const issuer = `http://127.0.0.1:${port}`;
const people = () => JSON.parse(readFileSync(file, "utf8"));
const claims = ["SubjectNameID", "SubjectRefPro", "otherIds", "given_name", "family_name", "preferred_username",
  "codeCivilite", "SubjectRole", "Secteur_Activite", "SubjectOrganization", "SubjectOrganizationID"];

const provider = new Provider(issuer, {
  clients: ["basic", "post"].map((way) => ({
    client_id: `relais-${way}`,
    client_secret: "a secret of the tests",
    redirect_uris: [`${relais}/sign-in/pro-sante-connect/return`],
    token_endpoint_auth_method: `client_secret_${way}`,
  })),
  scopes: ["openid", "scope_all"],
  claims: { openid: ["sub", "acr"], scope_all: claims },
  acrValues: ["eidas1"],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  ttl: {
    Interaction: 600, Session: 600, Grant: 600, AccessToken: 600,
    IdToken: (context) => people()[context.oidc.account.accountId].token_seconds ?? 600,
  },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ ...people()[id].userinfo, sub: id }),
  }),
  cookies: { keys: ["only for the tests"] },
});

// The page where a person shows her card: here she only says which person she is.
async function interaction(request, response) {
  const { uid, params } = await provider.interactionDetails(request, response);
  if (request.method === "GET") {
    response.setHeader("Content-Type", "text/html");
    return response.end(`<form method="post"><input name="card"></form><p>${uid}</p>`);
  }
  let body = "";
  for await (const part of request) body += part;
  const id = new URLSearchParams(body).get("card");
  if (!id) {
    return provider.interactionFinished(request, response, { error: "access_denied", error_description: "left" });
  }
  const grant = new provider.Grant({ accountId: id, clientId: params.client_id });
  grant.addOIDCScope("openid scope_all");
  const level = "level" in people()[id] ? people()[id].level : "eidas1";
  const login = { accountId: id, remember: false, ...(level ? { acr: level } : {}) };
  return provider.interactionFinished(request, response, { login, consent: { grantId: await grant.save() } });
}

const answer = provider.callback();
createServer((request, response) => {
  if (request.url === "/favicon.ico") return response.writeHead(204).end();
  return request.url.startsWith("/interaction/") ? interaction(request, response) : answer(request, response);
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));
