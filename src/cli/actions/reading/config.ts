import type { ResolvedOptions } from '../../../composition/options.js';
import { EXIT } from '../../process/exit-codes.js';
import type { RunFlags } from '../../process/flags.js';
import { GROUPS, sourceOf } from '../../configuration/layers.js';
import { fileSettingsFrom } from '../../configuration/settings.js';
import { jsonText } from '../../render/json-text.js';
import { maskedValue } from '../../render/masked-value.js';
import type { Action } from '../action.js';

interface Setting {
  readonly option: string;
  readonly value: unknown;
  readonly source: string;
}

/** Shows the effective options, and the source of each value. */
export const config: Action<RunFlags> = async (flags, { out }) => {
  const { options, layers } = await fileSettingsFrom(flags);
  const settings = settingsOf(options).map(([option, value]): Setting => ({
    option,
    value: maskedValue(option, value),
    source: sourceOf(option, layers) ?? 'default',
  }));
  out(flags.json ? jsonText({ settings }) : asText(settings));
  return EXIT.ok;
};

/** Options by name; those of a group each by itself. */
function settingsOf(options: ResolvedOptions): [string, unknown][] {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return entries.flatMap(([name, value]): [string, unknown][] =>
    GROUPS.includes(name)
      ? Object.entries(value as object).map(([inner, each]): [string, unknown] => [`${name}.${inner}`, each])
      : [[name, value]],
  );
}

function asText(settings: readonly Setting[]): string {
  const width = Math.max(...settings.map(({ option }) => option.length));
  return settings
    .map(({ option, value, source }) => `${option.padEnd(width)}  ${JSON.stringify(value)}  (${source})`)
    .join('\n');
}
