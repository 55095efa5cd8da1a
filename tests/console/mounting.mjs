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

await run({
  'below a prefix': () => works(`http://${host}/deep/prompt`),
  'with its slash': () => works(`http://${host}/deep/prompt/`),
  'behind a proxy that strips a prefix': () => works(`http://${outside}/outside/deep/prompt`),
});
