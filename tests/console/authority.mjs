// How the page gets the authority of its user, and gets it again.

import { createServer } from 'node:http';

import { assert, go, host, open, run, settled } from './browser.mjs';

const at = (kind) => `http://${host}/deep/${kind}/`;
const post = (page, path) => page.evaluate((to) => fetch(to, { method: 'POST' }).then((response) => response.status), `/deep/${path}`);
const refused = (page) => page.getByRole('dialog', { name: 'Sign in' });
const calls = (page, path) => page.requests.filter((request) => new URL(request.url()).pathname.endsWith(path));
/** A host's session, which a browser has before it opens the page. */
const signedIn = async (kind) => {
  const page = await open({ url: at(kind) });
  await page.getByRole('dialog', { name: 'Sign in' }).waitFor();
  assert.equal(await post(page, 'sign-in'), 204);
  await page.reload();
  await settled(page);
  return page;
};
let generation = 1;

await run({
  async 'a pasted token is kept in memory, and asked for again when it ends'() {
    const page = await open({ url: at('prompt') });
    const dialog = refused(page);
    await dialog.getByLabel('Access token').fill('two words');
    await dialog.getByRole('button', { name: 'Use it' }).click();
    await dialog.getByRole('alert').getByText('A token has no blanks').waitFor();
    await dialog.getByLabel('Access token').fill('token-0');
    await dialog.getByRole('button', { name: 'Use it' }).click();
    await dialog.getByText('The host did not accept the token').waitFor();
    await dialog.getByLabel('Access token').fill(`token-${generation}`);
    await dialog.getByRole('button', { name: 'Use it' }).click();
    await page.getByRole('heading', { name: 'No clients yet' }).waitFor();
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, document.documentElement.outerHTML]));
    assert.ok(!kept.includes(`token-${generation}`), kept);

    // A form survives the end of the token, and is sent once it is there again.
    await go(page, '#/clients/new');
    await page.getByLabel('Name', { exact: true }).fill('Survivor');
    await page.getByLabel('Redirect URIs 1', { exact: true }).fill('https://survivor.example.com/');
    await post(page, 'end');
    generation += 1;
    await page.getByRole('button', { name: 'Create the client' }).click();
    await dialog.getByLabel('Access token').fill(`token-${generation}`);
    await dialog.getByRole('button', { name: 'Use it' }).click();
    await page.getByRole('dialog', { name: 'The new secret' }).getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('heading', { name: 'Survivor' }).waitFor();
    await page.reload();
    await dialog.waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('alert').getByText('You are not signed in.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByLabel('Access token').fill(`token-${generation}`);
    await dialog.getByRole('button', { name: 'Use it' }).click();
    await page.getByRole('heading', { name: 'Survivor' }).waitFor();
  },

  async 'who is no administrator is told what is missing'() {
    const page = await open({ url: at('prompt') });
    await refused(page).getByLabel('Access token').fill('token-of-a-visitor');
    await refused(page).getByRole('button', { name: 'Use it' }).click();
    await page.getByRole('alert').getByText('it takes admin or super_admin').waitFor();
  },

  async 'a session is that of the host'() {
    const page = await signedIn('session');
    await page.getByRole('link', { name: 'Survivor' }).click();
    await settled(page);
    await page.getByRole('button', { name: 'Clone' }).click();
    await post(page, 'end');
    generation += 1;
    await page.getByRole('dialog', { name: 'Clone the client' }).getByRole('button', { name: 'Clone' }).click();
    const dialog = refused(page);
    await dialog.getByText('Your session has ended.').waitFor();
    await post(page, 'sign-in');
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('dialog', { name: 'The new secret' }).getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('heading', { name: 'Survivor (clone)' }).waitFor();
    assert.ok(page.requests.every((request) => !request.headers().authorization));
  },

  async 'a token endpoint is asked before the token ends, and when it is refused'() {
    const page = await open({ url: null });
    await page.clock.install();
    await page.goto(at('endpoint'));
    await refused(page).waitFor();
    await post(page, 'sign-in');
    await refused(page).getByRole('button', { name: 'Try again' }).click();
    await settled(page);
    // Two before: one without a session, one with it.
    const first = calls(page, '/token').length;
    await go(page, '#/audit');
    assert.equal(calls(page, '/token').length, first, 'the token is good for a second');
    await page.clock.fastForward('00:02');
    await go(page, '#/clients');
    assert.equal(calls(page, '/token').length, first + 1, 'it is renewed before it ends');
    await post(page, 'end');
    generation += 1;
    await post(page, 'sign-in');
    const before = page.requests.length;
    await go(page, '#/audit');
    await page.locator('tbody tr').first().waitFor();
    const answers = await Promise.all(page.requests.slice(before).filter((request) => request.url().includes('/audit-logs')).map(async (request) => (await request.response()).status()));
    assert.deepEqual(answers, [401, 200], 'a refused request is sent again with a new token');
  },

  async 'a form on another port can not use the session'() {
    const page = await signedIn('session');
    const client = await page.evaluate(async () => (await (await fetch('/deep/api/v1/admin/oauth/clients')).json()).items[0]);
    const target = `http://${host}/deep/api/v1/admin/oauth/clients/${client.client_id}/rotate-secret`;
    const other = createServer((request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(`<form method="post" action="${target}"><button>Win a prize</button></form>`);
    });
    await new Promise((ready) => { other.listen(0, '127.0.0.1', ready); });
    await page.goto(`http://127.0.0.1:${other.address().port}/`);
    const [answer] = await Promise.all([page.waitForResponse(target), page.getByRole('button').click()]);
    assert.equal(answer.status(), 403);
    await page.waitForURL(target);
    // The browser did send the cookie: without the guard, the secret would be another one now.
    assert.match((await answer.request().allHeaders()).cookie, /^session=/);
    await new Promise((closed) => { other.closeAllConnections(); other.close(closed); });
    page.faults = page.faults.filter((fault) => !fault.startsWith('request to http://127.0.0.1:'));
  },
});
