import type { Finding } from '../errors/finding.js';
import { maskSecrets } from '../sql/text/secrets.js';

const TEXTS = ['detail', 'recorded', 'actual'] as const;

/** Masks placeholder values in findings: definitions contain what a migration was given. */
export function withoutSecrets(findings: readonly Finding[], values: readonly string[]): Finding[] {
  if (values.length === 0) return [...findings];
  return findings.map((each) => {
    const masked = TEXTS.map((name) => [name, each[name]] as const)
      .filter(([, text]) => typeof text === 'string')
      .map(([name, text]) => [name, maskSecrets(text ?? '', values)]);
    return { ...each, ...Object.fromEntries(masked) };
  });
}
