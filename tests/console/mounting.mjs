// Below a prefix, and behind a proxy that strips another one.

import { assert, go, host, open, run, settled } from './browser.mjs';

const outside = process.argv[4];

async function works(url) {
  const page = await open({ url });
  await page.getByRole('dialog').getByLabel('Access token').fill('token-1');
  await page.getByRole('dialog').getByRole('button', { name: 'Use it' }).click();
  await settled(page);
  assert.ok(new URL(page.url()).pathname.endsWith('/'), 'a mount point without its slash leads to the page');
  await go(page, '#/clients/new');
  await page.getByLabel('Name', { exact: true }).fill('Mounted');
  await page.getByLabel('Redirect URIs 1', { exact: true }).fill('https://mounted.example.com/');
  await page.getByRole('button', { name: 'Create the client' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'I have stored it' }).click();
  await page.getByRole('heading', { name: 'Mounted' }).waitFor();
}

/** `client_id`s that a proxy decodes, or that a browser takes for something else. */
const ODD = ['https://agent.example.com/client.json?a=b#c', '..', '.', 'a/../b', '%2e%2e', 'id:01ARZ3NDEKTSV4RRFFQ69G5FAV'];

async function manages(url) {
  for (const clientId of ODD) {
    const response = await fetch(`http://${host}/deep/api/v1/admin/oauth/clients/import`, {
      method: 'POST', headers: { Authorization: 'Bearer token-1', 'Content-Type': 'application/json' },
      body: JSON.stringify({ client_id: clientId, name: `Odd ${clientId}`, redirect_uris: ['https://odd.example.com/'] }),
    });
    assert.equal(response.status, 201, await response.text());
  }
  const page = await open({ url });
  await page.getByRole('dialog').getByLabel('Access token').fill('token-1');
  await page.getByRole('dialog').getByRole('button', { name: 'Use it' }).click();
  await settled(page);
  for (const clientId of ODD) {
    await go(page, '#/clients');
    await page.getByRole('link', { name: `Odd ${clientId}`, exact: true }).click();
    await page.getByRole('heading', { name: `Odd ${clientId}` }).waitFor();
    await settled(page);
    await page.getByRole('link', { name: 'Danger zone' }).click();
    await page.getByRole('button', { name: 'Suspend' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
    await page.locator('h1').getByText('Suspended').waitFor();
    await go(page, '#/audit');
    await page.getByRole('link', { name: clientId, exact: true }).first().click();
    await page.getByRole('heading', { name: `Odd ${clientId}` }).waitFor();
  }
  // What somebody has in a link or types.
  for (const clientId of ['..', '.', '%2e%2e']) {
    await go(page, `#/clients/${encodeURIComponent(clientId)}`);
    await page.getByRole('heading', { name: `Odd ${clientId}` }).waitFor();
  }
  await go(page, '#/clients/...');
  await page.getByRole('alert').getByText('It is not there').waitFor();
}

await run({
  async 'the page is below a prefix, or behind a proxy that strips one'() {
    await works(`http://${host}/deep/prompt`);
    await works(`http://${host}/deep/prompt/`);
    await works(`http://${outside}/outside/deep/prompt`);
  },

  async 'a client has an odd client_id'() {
    await manages(`http://${outside}/outside/deep/prompt/`);
  },
});
