import { createHmac } from 'node:crypto';
import { renderFinding, type Finding } from '../../core/errors/finding.js';
import { count, duration } from '../../core/errors/wording.js';
import { retry } from '../../timing/retry.js';
import { WEBHOOK_DEFAULTS, type WebhookOptions } from '../configuration/webhook-options.js';
import type { AlertChannel, DriftAlert } from './alert-channel.js';

/** Sends alerts to a URL. */
export class WebhookChannel implements AlertChannel {
  private readonly options: WebhookOptions & typeof WEBHOOK_DEFAULTS;

  constructor(options: WebhookOptions) {
    this.options = { ...WEBHOOK_DEFAULTS, ...options };
  }

  /** @throws Error with the host and the status. */
  async alert(alert: DriftAlert): Promise<void> {
    const { retries } = this.options;
    await retry(() => this.send(alert), {
      firstPauseMs: 100,
      longestPauseMs: 1_000,
      isTransient: (error, attempts) => !(error instanceof RejectedError) && attempts <= retries,
    });
  }

  private async send(alert: DriftAlert): Promise<void> {
    const { url, format, secret, headers, timeout } = this.options;
    const body = JSON.stringify(format === 'slack' ? { text: renderAlert(alert) } : alert);
    const signature = secret === undefined ? {} : { 'x-signature-256': sign(secret, body) };
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', ...headers, ...signature },
      body,
      signal: AbortSignal.timeout(timeout),
    }).catch((error: unknown) => {
      throw new Error(`the webhook at ${new URL(url).host} cannot be reached (${reasonOf(error)})`);
    });
    await response.body?.cancel();
    const { status } = response;
    if (response.ok) return;
    const text = `the webhook at ${new URL(url).host} responded with status ${status}`;
    throw status === 429 || status >= 500 ? new Error(text) : new RejectedError(text);
  }
}

/** Retrying would not help. */
class RejectedError extends Error {}

function sign(secret: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** Only a code: the message may contain the URL. */
function reasonOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  return cause?.code ?? name ?? 'unknown error';
}

/** A message with the findings of thousands of tenants would be refused, and nobody would read it. */
const MAX_LISTED = 20;

function listed(findings: readonly Finding[]): readonly string[] {
  const more = findings.length - MAX_LISTED;
  return [
    ...findings.slice(0, MAX_LISTED).map(renderFinding),
    ...(more > 0 ? [`and ${count(more, 'more finding')}: see the log`] : []),
  ];
}

/** An alert as text. */
function renderAlert(alert: DriftAlert): string {
  const place = alert.instance === undefined ? alert.target : `${alert.instance} (${alert.target})`;
  switch (alert.type) {
    case 'found':
      return [`Drift in ${place}:`, ...listed(alert.findings)].join('\n');
    case 'reminder':
      return [`Drift in ${place} still exists:`, ...listed(alert.findings)].join('\n');
    case 'resolved':
      return `Drift in ${place} was resolved after ${duration(alert.durationMs)}: ${alert.findings.map(({ subject, code }) => `${subject} [${code}]`).join(', ')}`;
    case 'check-failed':
      return `The drift check of ${place} failed, so drift is unknown: ${alert.error}`;
    case 'check-recovered':
      return `The drift check of ${place} succeeded again after ${duration(alert.durationMs)}`;
  }
}
