import type { ClientConfig } from 'pg';
import { isPool, type ConnectionSource } from './connect.js';

/** A source of further connections. A pool may have none to spare, so they are our own, with the pool's options. */
export function secondSource(source: ConnectionSource): string | ClientConfig {
  if (!isPool(source)) return source;
  const { options } = source;
  return { ...options, password: options.password }; // not enumerable, so spreading does not copy it
}
