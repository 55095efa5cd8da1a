// Measures how soon the list is seen if there are many clients, and how long a search takes. It is
// no test. Give it the address of the example host, a folder, and how many clients there are to be:
// `node tests/console/paint.mjs 127.0.0.1:3000 target/console 10000`, with TEST_CONSOLE set.

import { api, create, home, open, settled } from './browser.mjs';

const wanted = Number(process.argv[4] ?? 10000);
const RUNS = 15;
const { total } = await api('GET', '/clients?page=1&page_size=1');

let left = wanted - total;
await Promise.all(Array.from({ length: 8 }, async () => {
  while (left > 0) {
    left -= 1;
    await create({ name: `Client ${left}`, is_confidential: false });
  }
}));

const samples = { 'first paint': [], 'list seen': [], 'search answered': [] };
for (let count = 0; count < RUNS; count += 1) {
  // A new browser has nothing in its cache.
  const page = await open({ url: null });
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('tbody tr')) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => { window.seen = performance.now(); }));
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(home);
  await settled(page);
  await page.waitForFunction(() => window.seen);
  const [painted, seen] = await page.evaluate(() => [performance.getEntriesByName('first-contentful-paint')[0].startTime, window.seen]);
  samples['first paint'].push(painted);
  samples['list seen'].push(seen);
  const started = Date.now();
  await page.getByLabel('Search clients').fill('client 77');
  await page.getByLabel('Search clients').press('Enter');
  await page.waitForFunction(() => [...document.querySelectorAll('.name > a')].every((link) => link.textContent.startsWith('Client 77')));
  samples['search answered'].push(Date.now() - started);
  await page.context().close();
}
for (const [what, times] of Object.entries(samples)) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share) => Math.round(sorted[Math.floor(share * (RUNS - 1))]);
  console.log(`${what} with ${wanted} clients: ${at(0.5)} ms in the middle, ${at(0)} to ${at(1)} ms`);
}
process.exit(0);
