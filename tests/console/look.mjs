// Every page, in both themes and languages: axe finds nothing, nothing is wider than the window, and
// a picture of it is left for people to look at.

import { accessible, api, assert, create, fits, go, home, open, picture, run, settled } from './browser.mjs';
import { seed } from './seed.mjs';

const THEMES = ['light', 'dark'];
const LANGUAGES = ['en-US', 'zh-CN'];
const SIZES = [[1440, 900], [360, 780]];
const id = await seed();
const PAGES = {
  list: '#/clients',
  'list-nothing': '#/clients?name=nothing+has+this+name',
  'list-deleted': '#/clients?deleted=true',
  client: `#/clients/${id}`,
  secrets: `#/clients/${id}?tab=secrets`,
  'client-audit': `#/clients/${id}?tab=audit`,
  tokens: `#/clients/${id}?tab=tokens`,
  danger: `#/clients/${id}?tab=danger`,
  new: '#/clients/new',
  edit: `#/clients/${id}/edit`,
  audit: '#/audit',
  missing: '#/clients/app-nothing',
  'no-page': '#/nowhere',
};

const tests = {};
tests['every page looks right in both themes and languages'] = async () => {
  for (const [theme, locale, size] of THEMES.flatMap((one) => LANGUAGES.flatMap((two) => SIZES.map((three) => [one, two, three])))) {
    const page = await open({ theme, locale, size });
    await settled(page);
    assert.equal(await page.evaluate(() => document.documentElement.lang), locale === 'zh-CN' ? 'zh-CN' : 'en');
    for (const [name, hash] of Object.entries(PAGES)) {
      const where = `${name}-${theme}-${locale}-${size[0]}`;
      await go(page, hash);
      await picture(page, where);
      await page.evaluate(() => { for (const details of document.querySelectorAll('details')) details.open = true; });
      await fits(page, where);
      // The narrow page has the same colours and words; once for each is enough.
      if (size[0] > 1000 || (theme === 'light') === (locale === 'en-US')) await accessible(page, where);
    }
    await dialogs(page, `${theme}-${locale}-${size[0]}`);
    await page.context().close();
  }
  await readme();
};

/** The dialogs in a theme and a language. */
async function dialogs(page, where) {
  const { client_id: own } = await create({ name: 'Dialogs', website: 'https://dialogs.example.com/' });
  const dialog = page.locator('dialog');
  const look = async (name) => {
    await dialog.waitFor();
    await page.evaluate(() => { for (const details of document.querySelectorAll('dialog details')) details.open = true; });
    await accessible(page, `${name}-${where}`);
    await picture(page, `dialog-${name}-${where}`);
  };
  const close = async () => {
    await dialog.locator('.actions button').first().click();
    await dialog.waitFor({ state: 'detached' });
  };
  await go(page, `#/clients/${own}?tab=secrets`);
  await page.locator('section .actions .primary').click();
  await look('rotate');
  await dialog.locator('[type=submit]').click();
  await dialog.locator('.secret').waitFor();
  await look('secret');
  await close();
  await go(page, `#/clients/${own}?tab=danger`);
  await page.locator('section button.danger').click();
  await look('delete');
  await close();
  await go(page, `#/clients/${own}/edit`);
  const name = page.locator('.editor .card input[type=text]').first();
  await name.fill('');
  await page.locator('.sticky .primary').click();
  await dialog.locator('.primary').click();
  await page.locator('.notice.bad').waitFor();
  await accessible(page, `faults-${where}`);
  await picture(page, `faults-${where}`);
  await name.fill('Dialogs 2');
  await page.locator('.sticky .primary').click();
  await look('review');
  await api('PATCH', `/clients/${own}`, { name: 'Theirs', website: 'https://theirs.example.com/' });
  await dialog.locator('.primary').click();
  await dialog.locator('input[type=radio]').first().waitFor();
  await look('conflict');
  await dialog.locator('.primary').click();
  await dialog.waitFor({ state: 'detached' });
}

/** What the user chooses stays, also after a reload. */
tests['theme and language are switched'] = async () => {
  const page = await open();
  await settled(page);
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.getByLabel('Theme').selectOption('Dark');
  assert.notEqual(await background(), light);
  await page.getByLabel('Language').selectOption('简体中文');
  await page.getByRole('heading', { name: '客户端' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: '客户端' }).waitFor();
  assert.notEqual(await background(), light);
  const kept = await page.evaluate(() => Object.entries(localStorage).sort());
  assert.deepEqual(kept, [['oauth-clients.language', 'zh-CN'], ['oauth-clients.theme', 'dark']]);
};

tests['from 320 pixels to 4K, and enlarged'] = async () => {
  for (const size of [[320, 640], [640, 360], [3840, 2160]]) {
    const page = await open({ size });
    await settled(page);
    for (const [name, hash] of Object.entries(PAGES)) {
      await go(page, hash);
      await fits(page, `${name} at ${size}`);
    }
    await page.context().close();
  }
};

tests['less motion is less motion'] = async () => {
  const page = await open({ reducedMotion: 'reduce' });
  await settled(page);
  const moving = await page.evaluate(() => {
    const bone = document.createElement('div');
    bone.className = 'bone';
    document.body.append(bone);
    const { animationName } = getComputedStyle(bone);
    bone.remove();
    return animationName;
  });
  assert.equal(moving, 'none');
};

/** Copied to `docs/console.png`: some days later, so that not everything is of today. */
async function readme() {
  const page = await open({ url: null, size: [1200, 600] });
  await page.clock.setFixedTime(Date.now() + 9 * 86400000);
  await page.goto(home);
  await settled(page);
  await picture(page, 'readme');
}

await run(tests);
