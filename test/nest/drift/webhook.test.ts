import { afterEach, describe, expect, test } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { finding } from '../../../src/core/errors/finding.js';
import type { DriftAlert } from '../../../src/index.js';
import { WebhookChannel } from '../../../src/nest/drift/webhook.js';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

/** A server that gives these answers in turn, the last one again and again; 0 never answers. */
async function receiver(...statuses: number[]): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      const status = statuses[Math.min(received.length, statuses.length) - 1] ?? 200;
      if (status > 0) response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/T0KEN`, received };
}

const ALERT: DriftAlert = {
  type: 'found',
  findings: [finding('MISSING', { subject: '1_a.sql' })],
  instance: undefined,
  target: 'app/shared.schema_migrations',
};

describe('a webhook', () => {
  test('gets the alert as JSON, with a signature of the body', async () => {
    const { url, received } = await receiver(204);
    await new WebhookChannel({ url, secret: 'shh', headers: { 'x-team': 'db' } }).alert(ALERT);
    const [{ headers, body }] = received as [Received];
    expect(JSON.parse(body)).toEqual(JSON.parse(JSON.stringify(ALERT)));
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-team': 'db' });
    expect(headers['x-signature-256']).toBe(`sha256=${createHmac('sha256', 'shh').update(body).digest('hex')}`);
  });

  test('in Slack format gets a text', async () => {
    const { url, received } = await receiver(200);
    await new WebhookChannel({ url, format: 'slack' }).alert(ALERT);
    await new WebhookChannel({ url, format: 'slack' }).alert({ ...ALERT, type: 'resolved', durationMs: 90_000 });
    expect(received.map(({ body }) => (JSON.parse(body) as { text: string }).text)).toEqual([
      expect.stringMatching(/^Drift in app\/shared\.schema_migrations:\n1_a\.sql was applied, but its file is gone\. /),
      'Drift in app/shared.schema_migrations was resolved after 90 s: 1_a.sql [MISSING]',
    ]);
  });

  test('in Slack format gets the first twenty findings of many', async () => {
    const { url, received } = await receiver(200);
    const [found] = ALERT.findings;
    const findings = Array.from({ length: 25 }, (_, i) => ({ ...found!, tenant: `t${i}` }));
    await new WebhookChannel({ url, format: 'slack' }).alert({ ...ALERT, findings });
    const lines = (JSON.parse(received[0]?.body ?? '') as { text: string }).text.split('\n');
    expect(lines.slice(1, -1).map((line) => line.split(' was ')[0])).toEqual(
      Array.from({ length: 20 }, (_, i) => `1_a.sql of tenant t${i}`),
    );
    expect(lines.at(-1)).toBe('and 5 more findings: see the log');
  });

  test('that fails temporarily gets the alert again', async () => {
    const { url, received } = await receiver(503, 429, 200);
    await new WebhookChannel({ url }).alert(ALERT);
    expect(received).toHaveLength(3);
  });

  test.each([
    ['refuses', 403, 1],
    ['redirects', 302, 1],
    ['is broken', 500, 3],
  ])('that %s is an error without the path of its URL, after %d: %d attempts', async (_sentence, status, attempts) => {
    const { url, received } = await receiver(status);
    const { host } = new URL(url);
    await expect(new WebhookChannel({ url, secret: 'shh' }).alert(ALERT)).rejects.toThrow(
      new Error(`the webhook at ${host} responded with status ${status}`),
    );
    expect(received).toHaveLength(attempts);
  });

  test('that never responds is given up on', async () => {
    const { url } = await receiver(0);
    const channel = new WebhookChannel({ url, timeout: 50, retries: 1 });
    await expect(channel.alert(ALERT)).rejects.toThrow(
      /^the webhook at 127\.0\.0\.1:\d+ cannot be reached \(TimeoutError\)$/,
    );
  });
});
