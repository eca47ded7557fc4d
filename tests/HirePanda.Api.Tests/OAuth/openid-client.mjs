// Goes through the whole code flow with the npm package openid-client, against a running sample. Prints one line for each step.
const client = await import(process.env.OPENID_CLIENT);
const sample = new URL(process.env.SAMPLE);
const redirect = 'http://127.0.0.1/callback';
const scope = 'openid offline_access jobs:read';
const say = (step, ...facts) => console.log(`${step}:`, ...facts);

const registered = await fetch(new URL('/api/v1/oauth/clients', sample), {
  method: 'POST',
  headers: { authorization: `Bearer ${process.env.KEY}`, 'content-type': 'application/json' },
  body: JSON.stringify({ name: 'openid-client', type: 'confidential', redirectUris: [redirect], scopes: ['jobs:read'] }),
});
const { clientId, clientSecret } = await registered.json();
const config = await client.discovery(sample, clientId, clientSecret, undefined, { execute: [client.allowInsecureRequests] });
say('discovery', config.serverMetadata().supportsPKCE(), config.serverMetadata().issuer === sample.href);
client.enableNonRepudiationChecks(config);

// The person: keeps cookies, and sends the two forms as a browser does.
const cookies = new Map();
const visit = async (url, fields) => {
  const response = await fetch(new URL(url, sample), {
    method: fields ? 'POST' : 'GET',
    redirect: 'manual',
    headers: { cookie: [...cookies].map(pair => pair.join('=')).join('; ') },
    body: fields && new URLSearchParams(fields),
  });
  for (const cookie of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
    cookies.set(name, value);
  }
  const next = response.headers.get('location');
  return next === null || next.startsWith(redirect) ? { next, html: await response.text() } : visit(next);
};
const entities = { '&amp;': '&', '&quot;': '"', '&#x2B;': '+' };
const hidden = (html, action) => Object.fromEntries(
  [...html.slice(html.indexOf(`action="${action}"`)).matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)]
    .map(([, name, value]) => [name, value.replace(/&[^;]+;/g, entity => entities[entity] ?? entity)]));

const pkceCodeVerifier = client.randomPKCECodeVerifier();
const [expectedState, expectedNonce] = [client.randomState(), client.randomNonce()];
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: redirect,
  scope,
  state: expectedState,
  nonce: expectedNonce,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: 'S256',
});
const login = await visit(url);
const consent = await visit(
  '/login', { ...hidden(login.html, '/login'), email: process.env.EMAIL, password: process.env.PASSWORD });
const allowed = await visit(
  '/connect/authorize', { ...hidden(consent.html, '/connect/authorize'), decision: 'allow' });

const first = await client.authorizationCodeGrant(
  config, new URL(allowed.next), { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true });
say('code', first.token_type, first.claims().email);
const jobs = async tokens => (await client.fetchProtectedResource(
  config, tokens.access_token, new URL('/api/v1/jobs', sample), 'GET').catch(error => error)).status;
say('jobs', await jobs(first));
const second = await client.refreshTokenGrant(config, first.refresh_token);
say('refresh', second.refresh_token !== first.refresh_token, await jobs(second));
const active = await client.tokenIntrospection(config, second.access_token);
say('introspection', active.active, active.scope, active.client_id === clientId);
await client.tokenRevocation(config, second.refresh_token);
say('revocation', (await client.tokenIntrospection(config, second.access_token)).active);
say('refresh again', await client.refreshTokenGrant(config, second.refresh_token).catch(error => error.error));
