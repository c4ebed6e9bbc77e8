import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DriftAlert } from '../../src/index.js';

/** Receives the alerts of all monitors. */
export interface Receiver {
  readonly url: string;
  /** The alerts so far: `found OBJECT_ADDED Table public.x`, one for each finding. */
  readonly received: readonly string[];
  readonly close: () => Promise<void>;
}

/** @param answerAfterMs how long the sender waits for its answer, so that it can be killed meanwhile. */
export async function startReceiver(answerAfterMs: number): Promise<Receiver> {
  const received: string[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const alert = JSON.parse(Buffer.concat(parts).toString()) as DriftAlert;
      received.push(...linesOf(alert));
      setTimeout(() => response.end(), answerAfterMs);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function linesOf(alert: DriftAlert): string[] {
  if (!('findings' in alert)) return [alert.type];
  return alert.findings.map(({ code, subject }) => `${alert.type} ${code} ${subject}`);
}
