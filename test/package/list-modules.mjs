// Preload: at the end of the process, prints every module that it loaded, as one line of JSON.
import { createRequire, register } from 'node:module';
import { MessageChannel } from 'node:worker_threads';

const loaded = new Set();
const { port1, port2 } = new MessageChannel();
port1.on('message', (url) => loaded.add(url)).unref();
const hooks = `
  let port;
  export function initialize(data) { port = data; }
  export function load(url, context, next) { port.postMessage(url); return next(url, context); }
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`, { data: port2, transferList: [port2] });

process.on('beforeExit', () => {
  // Packages in CommonJS load one another without the hooks.
  const names = [...loaded, ...Object.keys(createRequire(import.meta.url).cache)];
  process.stdout.write(`\nMODULES ${JSON.stringify(names)}\n`);
  process.exit();
});
