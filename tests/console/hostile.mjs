// Clients name themselves. Whatever they say is text.

import { accessible, api, assert, create, fits, go, open, run, settled } from './browser.mjs';

const NAMES = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  "'; alert(1); '",
  '{{constructor.constructor("alert(1)")()}}',
  '${alert(1)} {name}',
  'javascript:alert(1)',
  '😀'.repeat(128),
  'W'.repeat(128),
  'مرحبا بالعالم',
];

await run({
  async 'what clients call themselves does no harm'() {
    for (const name of NAMES) {
      await create({ name, description: `${name.slice(0, 100)}\n<b>bold</b>`, scopes: ['<scope>'], contacts: ['<a@example.com>'], metadata: { '<key>': '</dd><script>' } });
    }
    for (const size of [[1440, 900], [320, 640]]) {
      const page = await open({ size });
      page.on('dialog', (dialog) => page.faults.push(`a dialog says ${dialog.message()}`));
      await settled(page);
      const shown = await page.locator('.name > a').allInnerTexts();
      assert.deepEqual(shown, [...NAMES].reverse());
      assert.equal(await page.locator('main img, main script, main b').count(), 0);
      await fits(page, 'the list');
      await accessible(page, 'the list');
      for (const name of NAMES) {
        const { items } = await api('GET', `/clients?name=${encodeURIComponent(name)}`);
        for (const part of ['', '?tab=secrets', '?tab=audit', '?tab=danger', '/edit']) {
          await go(page, `#/clients/${items[0].client_id}${part}`);
          await fits(page, `${name} ${part}`);
        }
        assert.equal(await page.locator('main img, main script, main b').count(), 0);
        assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), name);
      }
    }
  },

  async 'a client of any name can be deleted by who types what is seen'() {
    for (const name of ['Two  blanks', ' At the ends ', 'Cafe\u0301', 'No\u00a0break', ...NAMES]) {
      const { client_id: id } = await create({ name });
      const page = await open();
      await go(page, `#/clients/${id}?tab=danger`);
      await page.getByRole('button', { name: 'Delete…' }).click();
      const dialog = page.getByRole('dialog');
      const seen = (await dialog.locator('label code').innerText()).normalize('NFC').replaceAll('\u00a0', ' ');
      await dialog.getByRole('textbox').fill(seen.slice(0, -1));
      assert.ok(await dialog.getByRole('button', { name: 'Delete the client' }).isDisabled(), name);
      await dialog.getByRole('textbox').fill(seen);
      await dialog.getByRole('button', { name: 'Delete the client' }).click({ timeout: 5000 });
      await page.getByRole('heading', { name: 'Clients', exact: true }).waitFor();
      await page.context().close();
    }
  },

  async 'hidden characters are seen, and links are what they say'() {
    const page = await open();
    await settled(page);
    const answer = {
      code: 0, message: 'success', timestamp: '2026-01-01T00:00:00Z',
      items: [{
        id: '01ARZ3NDEKTSV4RRFFQ69G5FAV', tenant_id: 't', client_id: 'app-1', name: 'good\u202eexe.\u0007', redirect_uris: [], scopes: [], grant_types: [],
        client_auth_methods: '["none"]', cors_origins: [], is_confidential: false, status: 'unheard of', origin: '<origin>',
        website: 'javascript:alert(1)', logo_url: 'https://tracker.example.com/logo.png', terms_url: 'http://plain.example.com/',
        created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z',
      }],
    };
    // No repository holds such a client: an answer that has one is made up here.
    await page.route('**/clients?**', (route) => route.fulfill({ json: answer }));
    await page.route('**/clients/app-1?**', (route) => route.fulfill({ json: { ...answer, data: answer.items[0] } }));
    await page.getByLabel('Search clients').fill('exe');
    await page.getByText('U+202E').waitFor();
    await page.getByText('U+0007').waitFor();
    await go(page, '#/clients/app-1');
    const links = await page.locator('main dd a').evaluateAll((all) => all.map((link) => [link.href, link.rel, link.target]));
    assert.deepEqual(links, [['https://tracker.example.com/logo.png', 'noreferrer noopener', '_blank']]);
    await page.getByText('javascript:alert(1)').waitFor();
  },
});
