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

  async 'the page of documents looks like the others'() {
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
