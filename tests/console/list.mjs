// The list asks the API for what it shows, once.

import { api, assert, create, go, home, open, run, settled } from './browser.mjs';

const calls = (page) => page.requests.filter((request) => request.url().includes('/admin/oauth/')).map((request) => decodeURIComponent(new URL(request.url()).pathname.split('/oauth')[1] + new URL(request.url()).search));

await run({
  async 'one request per page, and pages in both directions'() {
    for (let count = 0; count < 60; count += 1) {
      await create({ name: `Client ${String(count).padStart(2, '0')}`, is_confidential: false });
    }
    const page = await open();
    await settled(page);
    assert.equal(calls(page).length, 1, calls(page).join('\n'));
    const names = () => page.locator('.name > a').allInnerTexts();
    assert.deepEqual((await names()).slice(0, 2), ['Client 59', 'Client 58']);
    const turn = async (to, first) => {
      await page.getByRole('link', { name: to }).click();
      await page.waitForFunction((name) => document.querySelector('.name > a')?.textContent === name, first);
      await settled(page);
    };
    await turn('Older', 'Client 34');
    await turn('Older', 'Client 09');
    assert.equal(await page.getByRole('link', { name: 'Older' }).count(), 0);
    assert.equal((await names()).length, 10);
    await turn('Newer', 'Client 34');
    await turn('Newer', 'Client 59');
    assert.equal(calls(page).length, 5, calls(page).join('\n'));
    // A reload in the middle knows the way to the start.
    await turn('Older', 'Client 34');
    await page.reload();
    await settled(page);
    assert.equal((await names())[0], 'Client 34');
    await turn('Newest', 'Client 59');
    // The browser's own buttons do the same.
    await page.goBack();
    await page.waitForFunction(() => document.querySelector('.name > a')?.textContent === 'Client 34');
    const before = calls(page).length;
    await go(page, `#/clients/${(await api('GET', '/clients?page_size=1')).items[0].client_id}`);
    assert.equal(calls(page).length, before + 1, 'a client is one request');
  },

  async 'typing asks once for each pause'() {
    const page = await open({ url: null });
    await page.clock.install();
    await page.goto(home);
    await settled(page);
    const before = calls(page).length;
    const field = page.getByLabel('Search clients');
    await field.pressSequentially('c');
    await page.clock.runFor(1000);
    assert.equal(calls(page).length, before, 'a single letter is no search');
    await field.pressSequentially('lient 4');
    await page.clock.runFor(249);
    assert.equal(calls(page).length, before, 'the user is still typing');
    await page.clock.runFor(10);
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 10);
    assert.equal(calls(page).length, before + 1);
    assert.match(calls(page).at(-1), /name=client\+4/);
    // Enter does not wait, and the pause after it asks nothing more.
    await field.pressSequentially('7');
    await field.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
    await page.clock.runFor(1000);
    assert.equal(calls(page).length, before + 2);
    assert.match(page.url(), /#\/clients\?name=client\+47$/);
  },

  async 'filters are those of the API, and are in the URL'() {
    const { client_id: id } = await create({ name: 'Filtered', grant_types: ['client_credentials'], scopes: ['one'], redirect_uris: ['https://filtered.example.com/'] });
    await api('PATCH', `/clients/${id}`, { status: 'suspended' });
    const page = await open({ url: `${home}#/clients?status=suspended` });
    await settled(page);
    const only = async () => {
      await page.waitForFunction(() => [...document.querySelectorAll('.name > a')].map((link) => link.textContent).join() === 'Filtered');
      await settled(page);
    };
    const nobody = () => page.getByRole('heading', { name: 'No client meets these filters' }).waitFor();
    await only();
    assert.equal(await page.getByLabel('Status').inputValue(), 'suspended');
    await page.getByLabel('Unused for').selectOption('30 days');
    await nobody();
    await page.getByLabel('Unused for').selectOption('Any');
    await only();
    await page.getByLabel('Origin').selectOption('Imported');
    await nobody();
    await page.getByLabel('Origin').selectOption('Administrator');
    await only();
    await page.getByText('More filters').click();
    await page.getByLabel('Grant types').selectOption('Client credentials');
    await page.getByLabel('Authentication').selectOption('Secret in the header');
    await page.getByLabel('Type of client').selectOption('Confidential');
    await only();
    assert.match(page.url(), /grant=client_credentials/);
    for (const [by, text] of [['Client ID', id], ['Redirect host', 'filtered.example.com'], ['Redirect URI', 'https://filtered.example.com/'], ['Scope', 'one']]) {
      await page.getByLabel('Search in').selectOption(by);
      await page.getByLabel('Search clients').fill(text);
      await page.getByLabel('Search clients').press('Enter');
      await only();
    }
    await page.getByRole('button', { name: 'Count by status' }).click();
    const bars = page.getByRole('group', { name: 'Count by status' });
    await bars.waitFor();
    assert.deepEqual((await bars.innerText()).split('\n').map((text) => text.trim()).filter(Boolean), ['Active', '60', 'Suspended', '1', 'Inactive', '0']);
  },

  async 'clearing the filters clears all of them'() {
    const page = await open({ url: `${home}#/clients?status=suspended&grant=client_credentials&name=nobody` });
    await page.getByRole('link', { name: 'Clear the filters' }).click();
    await page.locator('tbody tr').first().waitFor();
    assert.equal(await page.getByLabel('Status').inputValue(), '');
    assert.equal(await page.getByLabel('Grant types').inputValue(), '');
    assert.equal(await page.getByLabel('Search clients').inputValue(), '');
    await go(page, '#/audit?action=client.delete&operator_id=nobody&from=2026-01-01');
    await page.getByRole('link', { name: 'Clear the filters' }).click();
    await page.locator('tbody tr').first().waitFor();
    assert.equal(await page.getByLabel('Action').inputValue(), '');
    assert.equal(await page.getByLabel('By', { exact: true }).inputValue(), '');
    assert.equal(await page.getByLabel('From').inputValue(), '');
  },

  async 'a late answer does not replace a newer one'() {
    const page = await open({ url: `${home}#/audit` });
    await settled(page);
    let release;
    const late = new Promise((resolve) => { release = resolve; });
    const hold = async (route) => { await late; await route.continue().catch(() => {}); };
    await page.route('**/audit-logs?*action=client.create*', hold);
    await page.getByLabel('Action').selectOption('Client created');
    await page.getByLabel('Action').selectOption('Client changed');
    const actions = () => page.locator('td strong').allInnerTexts();
    await page.waitForFunction(() => [...document.querySelectorAll('td strong')].every((one) => one.textContent === 'Client changed'));
    await settled(page);
    // A tab whose script comes late is not added to the tab that was opened since.
    await page.route('**/secrets.js', hold);
    const { items } = await api('GET', '/clients?page_size=1&status=suspended');
    const other = await open();
    await other.route('**/secrets.js', hold);
    await go(other, `#/clients/${items[0].client_id}`);
    const tabs = other.getByRole('navigation', { name: 'Parts of the client' });
    await tabs.getByRole('link', { name: 'Secrets' }).click();
    await tabs.getByRole('link', { name: 'Danger zone' }).click();
    await other.getByRole('button', { name: 'Delete…' }).waitFor();
    release();
    await other.waitForTimeout(500);
    assert.ok((await actions()).every((text) => text === 'Client changed'), `${await actions()}`);
    assert.equal(await other.getByRole('button', { name: 'Rotate' }).count(), 0);
    assert.equal(await other.getByRole('button', { name: 'Delete…' }).count(), 1);
    assert.equal(await other.locator('section[aria-busy]').count(), 0);
  },

  async 'a page that was left asks for nothing more'() {
    const page = await open({ url: null });
    await page.clock.install();
    await page.goto(`${home}#/audit`);
    await settled(page);
    await page.getByLabel('By', { exact: true }).pressSequentially('nobody');
    await go(page, '#/clients');
    const before = calls(page).length;
    await page.clock.runFor(2000);
    assert.equal(await page.evaluate(() => location.hash), '#/clients');
    assert.equal(calls(page).length, before, calls(page).slice(before).join('\n'));
  },

  async 'what fails is told, and can be tried again'() {
    const page = await open();
    await settled(page);
    await page.route('**/clients?**', (route) => route.abort());
    await page.getByLabel('Status').selectOption('Active');
    page.faults.length = 0;
    await page.getByRole('alert').getByText('The host can\'t be reached').waitFor();
    await page.unroute('**/clients?**');
    page.faults = page.faults.filter((fault) => !fault.includes('net::ERR_FAILED'));
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('tbody tr').first().waitFor();
    await go(page, '#/clients/app-nothing');
    await page.getByRole('alert').getByText('It is not there').waitFor();
    await go(page, '#/nowhere');
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await go(page, '#/clients/%E0%A4%A');
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  },
});
