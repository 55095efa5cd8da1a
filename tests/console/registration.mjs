// Clients that registered themselves, and initial access tokens.

import { accessible, assert, fits, go, host, open, picture, run, settled } from './browser.mjs';

const home = `http://${host}/deep/prompt/`;
const register = async (body, headers = {}) => {
  const response = await fetch(`http://${host}/deep/oauth/register`, {
    method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body),
  });
  return [response.status, await response.json()];
};
const signedIn = async (more = {}) => {
  const page = await open({ url: home, ...more });
  await page.getByRole('dialog').locator('input').fill('token-1');
  await page.getByRole('dialog').locator('button[type=submit]').click();
  await settled(page);
  return page;
};
const status = async (id) => (await (await fetch(`http://${host}/deep/api/v1/admin/oauth/clients/${id}`, { headers: { Authorization: 'Bearer token-1' } })).json()).data.status;
const client = (name) => ({ client_name: name, redirect_uris: ['https://agent.example.com/callback'], token_endpoint_auth_method: 'none', software_id: 'agent', software_version: '1.2' });

await run({
  async 'a pending client is approved, another denied, and approved after all'() {
    const page = await signedIn();
    await go(page, '#/registrations');
    await page.getByRole('heading', { name: 'Nothing is waiting' }).waitFor();
    const [, good] = await register(client('Good agent'));
    const [, bad] = await register(client('Bad agent'));
    await page.reload();
    await page.getByRole('dialog').locator('input').fill('token-1');
    await page.getByRole('dialog').locator('button[type=submit]').click();
    const card = (name) => page.locator('.queue > li').filter({ hasText: name });
    await card('Good agent').getByText('https://agent.example.com/callback').waitFor();
    await card('Good agent').getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await card('Good agent').waitFor({ state: 'detached' });
    assert.equal(await status(good.client_id), 'active');
    await card('Bad agent').getByRole('button', { name: 'Deny' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Deny' }).click();
    await page.getByRole('heading', { name: 'Nothing is waiting' }).waitFor();
    assert.equal(await status(bad.client_id), 'inactive');
    await page.getByLabel('State').selectOption('Denied');
    await card('Bad agent').getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(await status(bad.client_id), 'active');
    await page.getByLabel('State').selectOption('Any');
    await card('Bad agent').getByText('Approved').waitFor();
    await go(page, '#/clients');
    assert.equal(await page.locator('td').getByText('Registered itself').count(), 2);
  },

  async 'only what she has read is approved'() {
    const [, made] = await register(client('Turncoat'));
    const turn = async (to) => {
      const response = await fetch(`http://${host}/deep/api/v1/admin/oauth/clients/${made.client_id}`, {
        method: 'PATCH', headers: { 'Content-Type': 'application/json', Authorization: 'Bearer token-1' },
        body: JSON.stringify({ redirect_uris: [to] }),
      });
      assert.equal(response.status, 200, await response.text());
    };
    const page = await signedIn();
    await go(page, '#/registrations');
    const card = page.locator('.queue > li').filter({ hasText: 'Turncoat' });
    const approve = () => card.getByRole('button', { name: 'Approve' }).click();
    const dialog = page.getByRole('dialog');
    await card.waitFor();
    // It changes while she reads.
    await turn('https://evil.example.com/first');
    await approve();
    await page.getByRole('alert').getByText('It has changed since you opened this page').waitFor();
    await card.getByText('https://evil.example.com/first').waitFor();
    assert.equal(await dialog.count(), 0);
    // It changes while she is asked.
    await approve();
    await dialog.waitFor();
    await turn('https://evil.example.com/second');
    await dialog.getByRole('button', { name: 'Approve' }).click();
    await dialog.getByText('Somebody else changed it meanwhile.').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await card.getByText('https://evil.example.com/second').waitFor();
    assert.equal(await status(made.client_id), 'inactive');
    await approve();
    await dialog.getByRole('button', { name: 'Approve' }).click();
    await card.waitFor({ state: 'detached' });
    assert.equal(await status(made.client_id), 'active');
  },

  async 'a token is issued, shown once, used and revoked'() {
    const page = await signedIn();
    await go(page, '#/initial-access-tokens');
    await page.getByRole('button', { name: 'New token' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'New token' });
    await dialog.getByLabel('Description').fill('Partner');
    await dialog.getByLabel('Uses left').fill('two');
    await dialog.getByRole('button', { name: 'Issue it' }).click();
    await dialog.getByRole('alert').getByText('uses').waitFor();
    await dialog.getByLabel('Uses left').fill('2');
    await dialog.getByLabel('Its clients need no approval').check();
    await dialog.getByText('Bounds').click();
    await dialog.getByLabel('Redirect hosts 1', { exact: true }).fill('agent.example.com');
    await accessible(page, 'the new token');
    await dialog.getByRole('button', { name: 'Issue it' }).click();
    const shown = page.getByRole('dialog', { name: 'The new token' });
    await shown.getByRole('button', { name: 'Show' }).click();
    const token = await shown.getByLabel('Secret').inputValue();
    await shown.getByRole('button', { name: 'I have stored it' }).click();
    await page.locator('tbody tr').first().waitFor();
    assert.ok(!(await page.content()).includes(token));
    const [created, made] = await register(client('Partner agent'), { Authorization: `Bearer ${token}` });
    assert.equal(created, 201, JSON.stringify(made));
    assert.equal(await status(made.client_id), 'active');
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.locator('tbody').getByText('Revoked').waitFor();
    assert.equal((await register(client('Late agent'), { Authorization: `Bearer ${token}` }))[0], 401);
  },

  async 'every page looks right in both themes and languages'() {
    await register(client('<b>Waiting</b> agent'));
    for (const theme of ['light', 'dark']) {
      for (const locale of ['en-US', 'zh-CN']) {
        for (const size of [[1440, 900], [360, 780]]) {
          const page = await signedIn({ theme, locale, size });
          for (const name of ['registrations', 'initial-access-tokens']) {
            const where = `${name}-${theme}-${locale}-${size[0]}`;
            await go(page, `#/${name}`);
            await accessible(page, where);
            await fits(page, where);
            await picture(page, where);
          }
          await page.context().close();
        }
      }
    }
  },
});
