// By keyboard alone.

import { accessible, api, assert, create, go, open, run, settled } from './browser.mjs';

const focused = (page) => page.evaluate(() => {
  const node = document.activeElement;
  return node.getAttribute('aria-label') || node.labels?.[0]?.textContent || node.textContent;
});

/** Presses Tab until an element with this name has the focus. */
async function reach(page, name, key = 'Tab') {
  const passed = [];
  for (let count = 0; count < 80; count += 1) {
    const at = (await focused(page)).trim();
    if (at === name) return;
    passed.push(at.slice(0, 30));
    await page.keyboard.press(key);
  }
  assert.fail(`${name} was not among ${passed.join(' | ')}`);
}

await run({
  async 'the content is reached without passing the navigation'() {
    const page = await open();
    await settled(page);
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'Skip to the content');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'New client');
    // A new page begins at its heading.
    await page.keyboard.press('Enter');
    await settled(page);
    await page.waitForFunction(() => document.activeElement.matches('h1'));
    assert.equal(await focused(page), 'New client');
  },

  async 'a client is created, its secret taken and rotated'() {
    const page = await open();
    await settled(page);
    await reach(page, 'New client');
    await page.keyboard.press('Enter');
    await settled(page);
    await page.waitForFunction(() => document.activeElement.matches('h1'));
    await page.keyboard.press('Tab'); // back to the list, then the first question
    await reach(page, 'Name');
    await page.keyboard.type('Keyboard');
    await reach(page, 'Redirect URIs 1');
    await page.keyboard.type('https://keys.example.com/');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'The new secret' });
    await dialog.waitFor();
    await accessible(page, 'the secret');
    // The focus does not leave the dialog.
    for (let count = 0; count < 12; count += 1) {
      await page.keyboard.press('Tab');
      assert.ok(await page.evaluate(() => !document.querySelector('main').contains(document.activeElement)));
    }
    await reach(page, 'Show');
    await page.keyboard.press('Space');
    assert.match(await dialog.getByLabel('Secret', { exact: true }).inputValue(), /^[\w-]+$/);
    await reach(page, 'I have stored it');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Keyboard' }).waitFor();

    await reach(page, 'Secrets');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Rotate' }).waitFor();
    await reach(page, 'Rotate');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Rotate the secret' }).waitFor();
    await accessible(page, 'the rotation');
    // What can do harm is not what has the focus.
    assert.equal(await focused(page), 'Cancel');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(await focused(page), 'Rotate');
  },

  async 'dialogs open, explain themselves and close'() {
    const { client_id: id, name } = await create({ name: 'Dialogs' });
    const page = await open();
    await settled(page);
    for (const [hash, button, title] of [
      [`#/clients/${id}?tab=secrets`, 'Add a secret', 'Add a secret'],
      [`#/clients/${id}?tab=secrets`, 'Deactivate', 'Deactivate the secret'],
      [`#/clients/${id}?tab=secrets`, 'Delete', 'Delete the secret'],
      [`#/clients/${id}?tab=danger`, 'Suspend', 'Suspend the client'],
      [`#/clients/${id}?tab=danger`, 'Delete…', 'Delete the client'],
      [`#/clients/${id}`, 'Clone', 'Clone the client'],
    ]) {
      await go(page, hash);
      await page.getByRole('button', { name: button, exact: true }).first().waitFor();
      await page.evaluate(() => document.querySelector('h1').focus());
      await reach(page, button);
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: title }).waitFor();
      await accessible(page, title);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      assert.equal(await focused(page), button);
    }
    // Deleted with nothing but keys.
    await go(page, `#/clients/${id}?tab=danger`);
    await page.evaluate(() => document.querySelector('h1').focus());
    await reach(page, 'Delete…');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Clients', exact: true }).waitFor();
    const { items } = await api('GET', '/clients?name=Dialogs');
    assert.deepEqual(items, []);
  },

  async 'a conflict is decided'() {
    const { client_id: id } = await create({ name: 'Before' });
    const page = await open();
    await settled(page);
    await go(page, `#/clients/${id}/edit`);
    await page.evaluate(() => document.querySelector('h1').focus());
    await reach(page, 'Name');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('Mine');
    await api('PATCH', `/clients/${id}`, { name: 'Theirs' });
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'What will change' }).waitFor();
    await accessible(page, 'the review');
    await reach(page, 'Save');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: /Somebody else/ }).waitFor();
    await accessible(page, 'the conflict');
    await reach(page, 'Name: keep yours');
    await page.keyboard.press('ArrowRight');
    await reach(page, 'Save this');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Theirs' }).waitFor();
  },
});
