// A real browser, and what every test asks of every page.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';

const folder = process.env.TEST_CONSOLE;
const require = createRequire(`${folder}/`);
const { chromium } = require('playwright-core');
const { AxeBuilder } = require('@axe-core/playwright');

/** The address of the host, as `127.0.0.1:3000`. */
export const host = process.argv[2];
export const home = `http://${host}/console/`;
export const pictures = process.argv[3];

const PATIENCE = 60000;
let browser;
const pages = [];

/** Opens a page in a browser of its own, which watches for what must never happen. */
export async function open({ url = home, size = [1440, 900], theme = 'light', locale = 'en-US', allow = [], ...more } = {}) {
  browser ??= await chromium.launch({ executablePath: `${folder}/browser`, args: ['--no-sandbox', '--disable-dev-shm-usage', '--force-color-profile=srgb'] });
  const context = await browser.newContext({
    viewport: { width: size[0], height: size[1] }, colorScheme: theme, locale, acceptDownloads: true, timezoneId: 'UTC', ...more,
  });
  context.setDefaultTimeout(PATIENCE);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  page.faults = [];
  page.requests = [];
  const own = new URL(url ?? home).origin;
  page.on('console', (message) => {
    // The browser reports each refusal of the API, too.
    const isRefusal = /^Failed to load resource: the server responded with a status of [45]/.test(message.text());
    if (['error', 'warning'].includes(message.type()) && !isRefusal && !allow.some((text) => message.text().includes(text))) {
      page.faults.push(`console: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => page.faults.push(`error: ${error.stack}`));
  page.on('request', (request) => {
    page.requests.push(request);
    const to = request.url();
    if (!to.startsWith(`${own}/`) && !to.startsWith(`blob:${own}/`)) page.faults.push(`request to ${to}`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  pages.push(page);
  if (url) await page.goto(url);
  return page;
}

/** Waits until nothing loads any more. */
export async function settled(page) {
  await page.waitForFunction(() => document.querySelector('main h1') && !document.querySelector('[aria-busy]'));
}

export async function go(page, hash) {
  await page.evaluate((to) => new Promise((done) => {
    if (location.hash === to) return done();
    addEventListener('hashchange', () => done(), { once: true });
    location.hash = to;
  }), hash);
  await settled(page);
}

/** Fails if axe finds anything. */
export async function accessible(page, where) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, help, nodes }) =>
    `${id}: ${help}\n${nodes.map((node) => `  ${node.html}\n  ${node.failureSummary}`).join('\n')}`);
  assert.deepEqual(found, [], `${where}\n${found.join('\n')}`);
}

/** Nothing is wider than the window. */
export async function fits(page, where) {
  const [needed, there] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(needed <= there, `${where}: ${needed} px wide in a window of ${there}`);
}

export async function picture(page, name) {
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}/${name}.png`, animations: 'disabled' });
}

/** The token of the demo's administrator. */
export async function token() {
  const response = await fetch(`http://${host}/demo/admin-token`, { method: 'POST' });
  return (await response.json()).access_token;
}

/** Calls the API itself, beside the page. */
export async function api(method, path, body, headers = {}) {
  const response = await fetch(`http://${host}/api/v1/admin/oauth${path}`, {
    method,
    headers: { Authorization: `Bearer ${await token()}`, 'Content-Type': 'application/json', ...headers },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${text}`);
  return text ? JSON.parse(text) : null;
}

export const create = async (fields) => (await api('POST', '/clients', {
  name: 'My Application', redirect_uris: ['https://app.example.com/callback'], ...fields,
})).data;

/** Runs the tests in turn, and asserts of each page that nothing went wrong in it. */
export async function run(tests) {
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    const before = pages.length;
    try {
      await test();
      for (const page of pages.slice(before)) assert.deepEqual(page.faults, [], page.faults.join('\n'));
      console.log(`ok ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED ${name}\n${error.stack}`);
      for (const page of pages.slice(before)) {
        console.log(`  at ${page.url()}\n  ${page.faults.join('\n  ')}`);
        await picture(page, `failed-${name.replace(/\W+/g, '-')}`).catch(() => {});
      }
    }
    for (const page of pages.slice(before)) await page.context().close();
  }
  await browser?.close();
  process.exit(failed ? 1 : 0);
}

export { assert };
