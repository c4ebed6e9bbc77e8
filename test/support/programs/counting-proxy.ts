import { afterEach } from '@jest/globals';
import { type Proxy, type ProxyOptions, startProxy } from '../../../tools/proxy/proxy.js';

export type { Freeze } from '../../../tools/proxy/line.js';

const open: Proxy[] = [];

/** A proxy in front of a server that keeps what clients ask through it; it ends after the test. */
export async function startCountingProxy(connectionString: string, options: ProxyOptions = {}): Promise<Proxy> {
  const proxy = await startProxy(connectionString, options);
  open.push(proxy);
  return proxy;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((proxy) => proxy.close()));
});
