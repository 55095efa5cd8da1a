// How much a browser has to load.

import { gzipSync } from 'node:zlib';
import { readFile, readdir } from 'node:fs/promises';

import { assert, home, open, run, settled } from './browser.mjs';

const KIB = 1024;
const FIRST = 35 * KIB;
const ALL = 60 * KIB;
const zipped = (bytes) => gzipSync(bytes, { level: 9 }).length;

await run({
  async 'the first page and all files are small'() {
    const page = await open({ url: null });
    const answers = [];
    page.on('response', (response) => answers.push(response));
    await page.goto(home);
    await settled(page);
    let first = 0;
    for (const answer of answers) {
      if (answer.url().includes('/api/') || answer.request().method() !== 'GET') continue;
      const { 'content-encoding': coding, vary } = await answer.allHeaders();
      const { responseBodySize: size } = await answer.request().sizes();
      first += size;
      if (!answer.url().includes('/console/')) continue;
      assert.equal(vary, 'accept-encoding', answer.url());
      assert.ok(coding === 'gzip' || size < KIB, answer.url());
    }
    const folder = new URL('../../src/console/page/', import.meta.url);
    let all = 0;
    for (const name of await readdir(folder)) all += zipped(await readFile(new URL(name, folder)));
    console.log(`ok first page ${first} bytes, all files ${all}`);
    assert.ok(first > 10 * KIB && first <= FIRST, `first page: ${first}`);
    assert.ok(all > first && all <= ALL, `all: ${all}`);
  },

  async 'files are kept, and a file of another version is another file'() {
    const page = await open();
    await settled(page);
    const before = page.requests.length;
    await page.reload();
    await settled(page);
    const again = page.requests.slice(before);
    const served = await Promise.all(again.filter((request) => /\/console\/\d/.test(request.url())).map((request) => request.response()));
    assert.ok(served.length > 5);
    for (const response of served) assert.equal((await response.allHeaders())['cache-control'], 'public, max-age=31536000, immutable');
    const sizes = await page.evaluate(() => performance.getEntriesByType('resource').filter((entry) => /\/console\/\d/.test(entry.name)).map((entry) => entry.transferSize));
    assert.deepEqual([...new Set(sizes)], [0], 'loaded again');
  },
});
