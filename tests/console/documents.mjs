// Clients whose `client_id` is the URL of a metadata document, and what is blocked of them.

import { accessible, assert, fits, go, host, open, picture, run, settled } from './browser.mjs';

const FIRST = 'https://agents.vscode.dev/first.json';
const SECOND = 'https://agents.vscode.dev/second.json';
const authorize = async (id) => (await fetch(`http://${host}/deep/authorize?${new URLSearchParams({ client_id: id })}`)).status;
const documents = async () => (await (await fetch(`http://${host}/deep/api/v1/admin/oauth/metadata-documents`, { headers: { Authorization: 'Bearer token-1' } })).json()).items;
// A use is noted after the answer.
const seen = async (count) => {
  while ((await documents()).length < count) await new Promise((resolve) => setTimeout(resolve, 20));
};
const signedIn = async (more = {}) => {
  const page = await open({ url: `http://${host}/deep/prompt/`, ...more });
  await page.getByRole('dialog').locator('input').fill('token-1');
  await page.getByRole('dialog').locator('button[type=submit]').click();
  await settled(page);
  await go(page, '#/documents');
  return page;
};

await run({
  async 'a document is seen, its url is blocked, and the block is lifted'() {
    const page = await signedIn();
    await page.getByRole('heading', { name: 'None was seen' }).waitFor();
    assert.equal(await authorize(FIRST), 200);
    assert.equal(await authorize(SECOND), 200);
    await seen(2);
    await go(page, '#/clients');
    await go(page, '#/documents');
    const row = page.getByRole('row').filter({ hasText: 'first.json' });
    await row.getByText('An <i>agent</i>').waitFor();
    await row.getByRole('button', { name: 'Block' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('It asks for too much');
    await accessible(page, 'the block');
    await dialog.getByRole('button', { name: 'Block' }).click();
    await page.getByText('It asks for too much').waitFor();
    assert.equal(await authorize(FIRST), 400);
    assert.equal(await authorize(SECOND), 200);
    await page.getByRole('button', { name: 'Lift' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Lift' }).click();
    await page.getByText('It asks for too much').waitFor({ state: 'detached' });
    assert.equal(await authorize(FIRST), 200);
  },

  async 'a domain is blocked with all that is below it'() {
    const page = await signedIn();
    await page.getByRole('button', { name: 'Block' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Domain', { exact: true }).click();
    await dialog.getByRole('textbox').first().fill('vscode.dev');
    await dialog.getByRole('button', { name: 'Block' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await authorize(SECOND), 400);
    assert.equal(await authorize('https://agents.claude.ai/third.json'), 200);
    await seen(3);
  },

  async 'every block is found, however many there are'() {
    const block = (at) => fetch(`http://${host}/deep/api/v1/admin/oauth/metadata-document-blocks`, {
      method: 'POST', headers: { Authorization: 'Bearer token-1', 'Content-Type': 'application/json' },
      body: JSON.stringify({ domain: `bad${at}.example.com` }),
    });
    for (let at = 0; at < 120; at += 1) assert.equal((await block(at)).status, 201);
    const page = await signedIn();
    const blocks = page.getByRole('table', { name: 'Blocked' });
    const pages = page.getByRole('navigation', { name: /^Blocked/ });
    const found = new Set();
    const note = async () => {
      for (const text of await blocks.locator('tbody th code').allInnerTexts()) found.add(text);
    };
    await note();
    for (let turns = 1; await pages.getByRole('link', { name: 'Older' }).count(); turns += 1) {
      assert.ok(turns < 20);
      const first = await blocks.locator('tbody th code').first().innerText();
      await pages.getByRole('link', { name: 'Older' }).click();
      await page.waitForFunction((text) => ![...document.querySelectorAll('tbody th code')].some((one) => one.textContent === text), first);
      await settled(page);
      await note();
    }
    for (let at = 0; at < 120; at += 1) assert.ok(found.has(`bad${at}.example.com`), `bad${at}`);
    await accessible(page, 'the last blocks');
    await pages.getByRole('link', { name: 'Newer' }).click();
    await blocks.getByText('bad20.example.com').waitFor();
    // Searching for documents leaves the blocks where they are.
    await page.getByLabel('Search by host').fill('agents.claude.ai');
    await page.waitForURL(/host=agents/);
    await settled(page);
    await blocks.getByText('bad20.example.com').waitFor();
    const documents = page.getByRole('table', { name: 'Metadata documents' });
    assert.deepEqual(await documents.locator('tbody bdi').allInnerTexts(), ['An <i>agent</i>', 'https://agents.claude.ai/third.json', 'agents.claude.ai']);
    // The link to the page is its beginning: both lists are as at first.
    await page.getByLabel('Search by host').fill('nowhere.example.com');
    await page.getByRole('heading', { name: 'None of this host was seen' }).waitFor();
    await page.getByRole('link', { name: 'Metadata documents' }).click();
    await blocks.getByText('bad119.example.com').waitFor();
    await documents.getByRole('link', { name: 'https://agents.vscode.dev/first.json' }).waitFor();
  },

  async 'every page looks right in both themes and languages'() {
    for (const theme of ['light', 'dark']) {
      for (const locale of ['en-US', 'zh-CN']) {
        for (const size of [[1440, 900], [360, 780]]) {
          const page = await signedIn({ theme, locale, size });
          const where = `documents-${theme}-${locale}-${size[0]}`;
          await accessible(page, where);
          await fits(page, where);
          await picture(page, where);
          await page.context().close();
        }
      }
    }
  },
});
