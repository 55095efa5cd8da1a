// Two administrators change a client at once.

import { api, assert, create, go, open, run, settled } from './browser.mjs';

await run({
  async 'each field that both changed is chosen'() {
    const { client_id: id } = await create({ name: 'Base', scopes: ['a'], website: 'https://base.example.com/' });
    const page = await open();
    await settled(page);
    await go(page, `#/clients/${id}/edit`);
    await page.getByLabel('Name', { exact: true }).fill('Mine');
    await page.getByText('Sign-in and tokens').click();
    await page.getByLabel('Scopes').fill('a mine');
    await page.getByText('About it').click();
    await page.getByLabel('Description').fill('only mine');
    await api('PATCH', `/clients/${id}`, { name: 'Theirs', scopes: ['theirs'], website: 'https://theirs.example.com/' });
    await page.getByRole('button', { name: 'Review the changes' }).click();
    await page.getByRole('dialog', { name: 'What will change' }).getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('dialog', { name: /Somebody else changed/ });
    await dialog.waitFor();
    const rows = await dialog.locator('tbody tr').allInnerTexts();
    assert.equal(rows.length, 4, rows.join('\n'));
    // Yours is kept unless you say otherwise; going on to edit loses nothing.
    await dialog.getByRole('button', { name: 'Go on editing' }).click();
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Mine');
    await page.getByRole('button', { name: 'Review the changes' }).click();
    await page.getByRole('dialog', { name: 'What will change' }).getByRole('button', { name: 'Save' }).click();
    await dialog.getByLabel('Scopes: keep theirs').check();
    // A third change in between is seen as well.
    await api('PATCH', `/clients/${id}`, { contacts: ['third@example.com'] });
    await dialog.getByRole('button', { name: 'Save this' }).click();
    await page.waitForFunction(() => [...document.querySelectorAll('dialog th')].some((cell) => cell.textContent === 'Contacts'));
    await dialog.getByLabel('Scopes: keep theirs').check();
    await dialog.getByRole('button', { name: 'Save this' }).click();
    await page.getByRole('heading', { name: 'Mine' }).waitFor();
    const { data } = await api('GET', `/clients/${id}?view=full`);
    assert.equal(data.name, 'Mine');
    assert.equal(data.description, 'only mine');
    assert.deepEqual(data.scopes, ['theirs']);
    assert.equal(data.website, 'https://theirs.example.com/');
    assert.deepEqual(data.contacts, ['third@example.com']);
  },

  async 'a suspension of what has changed is asked for anew'() {
    const { client_id: id } = await create({ name: 'Changing' });
    const page = await open();
    await settled(page);
    await go(page, `#/clients/${id}?tab=danger`);
    await api('PATCH', `/clients/${id}`, { name: 'Changed' });
    await page.getByRole('button', { name: 'Suspend' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Suspend' }).click();
    await dialog.getByText('Somebody else changed it meanwhile.').waitFor();
    await page.locator('h1').getByText('Changed').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    assert.equal((await api('GET', `/clients/${id}`)).data.status, 'active');
    await page.getByRole('button', { name: 'Suspend' }).click();
    await dialog.getByRole('button', { name: 'Suspend' }).click();
    await page.locator('h1').getByText('Suspended').waitFor();
  },

  async 'what is typed is not lost by a wrong click'() {
    const { client_id: id } = await create({ name: 'Typed' });
    const page = await open();
    await settled(page);
    await go(page, `#/clients/${id}/edit`);
    await page.getByLabel('Name', { exact: true }).fill('Not saved');
    const asked = [];
    page.on('dialog', (dialog) => { asked.push(dialog.message()); dialog.dismiss(); });
    await page.getByRole('link', { name: 'Audit trail' }).click();
    await page.waitForFunction((hash) => location.hash === hash, `#/clients/${id}/edit`);
    assert.equal(asked.length, 1);
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Not saved');
  },
});
