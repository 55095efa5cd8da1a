// The protocol between a driver and its test: one JSON object a line. The test sends `{do: …}`; the
// driver answers `{done: …}` or `{failed: …}`, and in between may send `{open: URL}`, to which the
// test, as the browser, answers with the `callback` that it was sent to, or null.
import { createInterface } from 'node:readline';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function read() {
  const { value, done } = await lines.next();
  return done ? undefined : JSON.parse(value);
}

function write(message) {
  process.stdout.write(JSON.stringify(message) + '\n');
}

export async function browse(url) {
  write({ open: String(url) });
  const { callback } = await read();
  if (callback === null) throw new Error('the browser was not sent back');
  return new URL(callback).searchParams;
}

export async function serve(actions) {
  for (let command; (command = await read()); ) {
    try {
      write({ done: (await actions[command.do](command)) ?? null });
    } catch (error) {
      // openid-client has the error code of OAuth in `error`.
      write({ failed: `${error.name}: ${error.error ?? error.message}` });
    }
  }
  process.exit(0);
}

export const settings = JSON.parse(process.argv[2]);
