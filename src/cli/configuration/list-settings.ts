import { maskedValue } from '../render/masked-value.js';
import { GROUPS, sourceOf, type Layer } from './layers.js';
import type { ProjectOptions } from './project-options.js';

/** An effective option, with secrets masked, and where its value comes from. */
export interface Setting {
  readonly option: string;
  readonly value: unknown;
  readonly source: string;
}

/** Lists the effective options, including each option of a group separately. */
export function listSettings(options: ProjectOptions, layers: readonly Layer[]): Setting[] {
  return flattened(options).map(([option, value]) => ({
    option,
    value: maskedValue(option, value),
    source: sourceOf(option, layers) ?? 'default',
  }));
}

function flattened(options: ProjectOptions): [string, unknown][] {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return entries.flatMap(([name, value]): [string, unknown][] =>
    GROUPS.includes(name)
      ? Object.entries(value as object).map(([inner, each]): [string, unknown] => [`${name}.${inner}`, each])
      : [[name, value]],
  );
}

/** Options as a table for people. */
export function settingsToText(settings: readonly Setting[]): string {
  const width = Math.max(...settings.map(({ option }) => option.length));
  return settings
    .map(({ option, value, source }) => `${option.padEnd(width)}  ${JSON.stringify(value)}  (${source})`)
    .join('\n');
}
