// The whole life of a client, by clicking.

import { api, assert, go, home, host, open, run, settled } from './browser.mjs';

/** Where a secret could have stayed. */
const traces = (page) => page.evaluate(async () => {
  const kept = { ...localStorage, ...sessionStorage };
  const values = [...document.querySelectorAll('input, textarea')].map((input) => `${input.value} ${input.defaultValue}`);
  return JSON.stringify([
    document.documentElement.outerHTML, values, kept, document.cookie, location.href, history.state, document.title,
    await indexedDB.databases(), performance.getEntriesByType('resource').map((entry) => entry.name),
  ]);
});

/** Reads the secret that a dialog shows, closes it, and looks for what stayed. */
async function takeSecret(page) {
  const dialog = page.getByRole('dialog', { name: 'The new secret' });
  const field = dialog.getByLabel('Secret', { exact: true });
  assert.match(await field.inputValue(), /^•+$/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  assert.ok(await dialog.isVisible(), 'a key closed the secret');
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
  await dialog.getByText('Copied to the clipboard').waitFor();
  const secret = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(secret, /^[\w-]{40,}$/);
  assert.ok(!(await traces(page)).includes(secret), 'a covered secret is in the page');
  await dialog.getByRole('button', { name: 'Show' }).click();
  assert.equal(await field.inputValue(), secret);
  await dialog.getByRole('button', { name: 'Cover' }).click();
  assert.match(await field.inputValue(), /^•+$/);
  const [download] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Download .env' }).click()]);
  const text = (await (await download.createReadStream()).toArray()).join('');
  assert.match(download.suggestedFilename(), /\.env$/);
  assert.ok(text.includes(`CLIENT_SECRET=${secret}\n`) && /^CLIENT_ID=app-/.test(text), text);
  await dialog.getByRole('button', { name: 'I have stored it' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.ok(!(await traces(page)).includes(secret), 'a secret stayed in the page');
  return secret;
}

const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
const confirm = (page, name) => page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
const gone = (page) => page.getByRole('dialog').waitFor({ state: 'detached' });
const tab = async (page, name) => {
  const tabs = page.getByRole('navigation', { name: 'Parts of the client' });
  await tabs.getByRole('link', { name }).click();
  await tabs.locator('[aria-current]').getByText(name).waitFor();
  await settled(page);
};

await run({
  async 'a client from its creation to its restoration'() {
    const page = await open();
    await page.getByRole('heading', { name: 'No clients yet' }).waitFor();
    assert.ok((await page.locator('pre').innerText()).includes(`curl -sS`));
    await page.getByRole('link', { name: 'New client' }).first().click();

    // What the API refuses is told at its field, and nothing that was typed is lost.
    await page.getByLabel('Name', { exact: true }).fill('Shop');
    await page.getByLabel('Redirect URIs 1', { exact: true }).fill('  https://shop.example.com/cb  ');
    await press(page, '+ Add');
    await page.locator('main').getByText('Blanks at the ends were removed.').waitFor();
    await page.getByLabel('Redirect URIs 2', { exact: true }).fill('https://shop.example.com/cb#fragment');
    await page.getByText('Sign-in and tokens').click();
    await page.getByLabel('Scopes').fill('openid  orders:read');
    await press(page, 'Create the client');
    await page.getByRole('alert').getByText('To correct: 1').waitFor();
    const wrong = page.getByLabel('Redirect URIs 2', { exact: true });
    assert.equal(await wrong.getAttribute('aria-invalid'), 'true');
    const described = await wrong.evaluate((input) => document.getElementById(input.getAttribute('aria-describedby')).textContent);
    assert.match(described, /fragment/);
    assert.equal(await page.getByLabel('Redirect URIs 1', { exact: true }).inputValue(), 'https://shop.example.com/cb');
    await page.getByRole('button', { name: 'Redirect URIs 2', exact: true }).click();
    assert.ok(await wrong.evaluate((input) => document.activeElement === input));
    await wrong.fill('https://shop.example.com/other');
    await press(page, 'Create the client');
    await takeSecret(page);

    // It is as it was asked for.
    await page.getByRole('heading', { name: 'Shop' }).waitFor();
    const clientId = decodeURIComponent(new URL(page.url()).hash.split('/')[2]);
    const created = (await api('GET', `/clients/${clientId}`)).data;
    assert.deepEqual(created.redirect_uris, ['https://shop.example.com/cb', 'https://shop.example.com/other']);
    assert.deepEqual(created.scopes, ['openid', 'orders:read']);
    assert.deepEqual(created.grant_types, ['authorization_code', 'refresh_token']);

    // A change shows what it changes before it is saved.
    await page.getByRole('link', { name: 'Edit' }).click();
    await settled(page);
    await press(page, 'Review the changes');
    await page.getByText('Nothing has changed.').first().waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Shop 2');
    await page.getByLabel('Remove: Redirect URIs 2').click();
    await press(page, 'Review the changes');
    const review = page.getByRole('dialog', { name: 'What will change' });
    assert.deepEqual(await review.locator('tbody th').allInnerTexts(), ['Name', 'Redirect URIs']);
    assert.match(await review.innerText(), /− https:\/\/shop\.example\.com\/other/);
    await review.getByText('The same as curl').click();
    assert.match(await review.locator('pre').innerText(), /-X PATCH[^]*\$TOKEN[^]*If-Match/);
    await review.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Shop 2' }).waitFor();
    await settled(page);

    // Secrets.
    await tab(page, 'Secrets');
    assert.equal(await page.locator('.secrets > li').count(), 1);
    await press(page, 'Rotate');
    await page.getByRole('dialog').getByText('No secret of it was ever used.').waitFor();
    await confirm(page, 'Rotate');
    const rotated = await takeSecret(page);
    await page.locator('.secrets > li').nth(1).waitFor();
    await press(page, 'Add a secret');
    await page.getByRole('dialog').getByLabel('Description').fill('batch');
    await confirm(page, 'Add a secret');
    assert.notEqual(await takeSecret(page), rotated);
    await page.locator('.secrets > li').nth(2).waitFor();
    const batch = page.locator('.secrets > li').filter({ hasText: 'batch' });
    assert.match(await batch.locator('svg.line').getAttribute('aria-label'), /^Created /);
    await batch.getByRole('button', { name: 'Deactivate' }).click();
    await confirm(page, 'Deactivate');
    await gone(page);
    await batch.getByText('Inactive').waitFor();
    await batch.getByRole('button', { name: 'Delete' }).click();
    await confirm(page, 'Delete');
    await gone(page);
    await batch.waitFor({ state: 'detached' });

    // Tokens.
    assert.equal((await fetch(`http://${host}/demo/tokens/${clientId}`, { method: 'POST' })).status, 201);
    await tab(page, 'Tokens');
    await page.getByRole('cell', { name: 'demo-user' }).first().waitFor();
    await press(page, 'Revoke all tokens');
    await confirm(page, 'Revoke all tokens');
    await page.getByRole('heading', { name: 'No tokens' }).waitFor();

    // A clone has a secret of its own.
    await press(page, 'Clone');
    await confirm(page, 'Clone');
    await takeSecret(page);
    await page.getByRole('heading', { name: 'Shop 2 (clone)' }).waitFor();

    // Suspended, and active again.
    await go(page, `#/clients/${clientId}`);
    await tab(page, 'Danger zone');
    await press(page, 'Suspend');
    await confirm(page, 'Suspend');
    await gone(page);
    await page.locator('h1').getByText('Suspended').waitFor();
    await press(page, 'Activate');
    await confirm(page, 'Activate');
    await gone(page);
    await page.locator('h1').getByText('Active').waitFor();

    // Deleted by who can write its name, and restored.
    await press(page, 'Delete…');
    const deletion = page.getByRole('dialog', { name: 'Delete the client' });
    const sure = deletion.getByRole('button', { name: 'Delete the client' });
    assert.ok(await sure.isDisabled());
    await deletion.getByRole('textbox').fill('Shop');
    assert.ok(await sure.isDisabled());
    await deletion.getByRole('textbox').fill('Shop 2');
    await sure.click();
    await page.getByRole('heading', { name: 'Clients', exact: true }).waitFor();
    await settled(page);
    assert.deepEqual(await page.locator('.name > a').allInnerTexts(), ['Shop 2 (clone)']);
    await page.getByText('More filters').click();
    await page.getByLabel('Deleted').selectOption('Deleted clients');
    await press(page, 'Restore');
    await confirm(page, 'Restore');
    await page.getByRole('heading', { name: 'No client meets these filters' }).waitFor();
    await page.getByRole('link', { name: 'Clear the filters' }).click();
    await page.getByRole('link', { name: 'Shop 2', exact: true }).waitFor();

    // Of all of it there is a trail.
    await go(page, `#/clients/${clientId}?tab=audit`);
    const trail = (await page.locator('td strong').allInnerTexts()).join('\n');
    for (const action of ['Client created', 'Client changed', 'Secret rotated', 'Secret added', 'Secret deactivated',
      'Secret deleted', 'Client deleted', 'Client restored']) assert.ok(trail.includes(action), `${action}\n${trail}`);
    await go(page, '#/audit');
    await page.getByLabel('Action').selectOption('Client cloned');
    await settled(page);
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
    const [lines] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export as JSON Lines' }).click()]);
    const exported = (await (await lines.createReadStream()).toArray()).join('').trim().split('\n').map(JSON.parse);
    assert.deepEqual(exported.map((entry) => entry.action), ['client.clone']);
  },

  async 'a secret is dropped when the page is left, and after ten minutes'() {
    const page = await open({ url: null });
    await page.clock.install();
    await page.goto(home);
    await settled(page);
    const create = async () => {
      await go(page, '#/clients/new');
      await page.getByLabel('Name', { exact: true }).fill('Timed');
      await page.getByLabel('Redirect URIs 1', { exact: true }).fill('https://timed.example.com/');
      await press(page, 'Create the client');
      await page.getByRole('dialog', { name: 'The new secret' }).getByRole('button', { name: 'Show' }).click();
      return page.getByRole('dialog').getByLabel('Secret', { exact: true }).inputValue();
    };
    const first = await create();
    await page.clock.fastForward('09:00');
    assert.ok(await page.getByRole('dialog').isVisible());
    await page.clock.fastForward('01:01');
    await gone(page);
    assert.ok(!(await traces(page)).includes(first));
    await settled(page);
    const second = await create();
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide')));
    await gone(page);
    assert.ok(!(await traces(page)).includes(second));
  },

  async 'a public client and a machine'() {
    const page = await open({ url: `${home}#/clients/new` });
    await settled(page);
    await page.getByRole('radio', { name: /Native or single-page/ }).check();
    await page.getByLabel('Name', { exact: true }).fill('Phone');
    await page.getByLabel('Redirect URIs 1', { exact: true }).fill('com.example.phone:/cb');
    await press(page, 'Create the client');
    // Without a secret, there is nothing to show.
    await page.getByRole('heading', { name: 'Phone' }).waitFor();
    assert.ok(await page.getByText('Public', { exact: true }).first().isVisible());
    await go(page, '#/clients/new');
    await page.getByRole('radio', { name: /Machine/ }).check();
    await page.getByLabel('Name', { exact: true }).fill('Robot');
    // The host's policy wants a redirect URI of every client.
    await press(page, 'Create the client');
    await page.getByRole('alert').getByText('To correct').waitFor();
    await page.getByLabel('Redirect URIs 1', { exact: true }).fill('https://robot.example.com/');
    await press(page, 'Create the client');
    await takeSecret(page);
    await page.getByText('Client credentials').first().waitFor();
  },
});
