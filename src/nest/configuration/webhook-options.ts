/** Where to send alerts over HTTP. */
export interface WebhookOptions {
  /** Redirects are not followed. Never logged: it may contain a secret. */
  url: string;
  /** `json`: the alert. `slack`: a message with its text. @default 'json' */
  format?: 'json' | 'slack';
  /** Signs the body: the header `X-Signature-256` is `sha256=` plus the HMAC-SHA256 in hex. @default no signature */
  secret?: string | undefined;
  /** Additional headers. @default none */
  headers?: Readonly<Record<string, string>> | undefined;
  /** How long one attempt may take, in ms. @default 3000 */
  timeout?: number;
  /** How many times to retry after a network error or status 429 or 5xx. @default 2 */
  retries?: number;
}

/** The defaults of options that are not set. */
export const WEBHOOK_DEFAULTS: Required<Pick<WebhookOptions, 'format' | 'timeout' | 'retries'>> = {
  format: 'json',
  timeout: 3_000,
  retries: 2,
};
