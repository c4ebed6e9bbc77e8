import { LINT_RULE_NAMES } from '../../../core/lint/model/rule-names.js';
import { DEFAULT_POLICY, POLICY_ACTIONS } from '../../../core/status/policy.js';
import { FOREIGN_TOOLS, LAYOUT_NAMES } from '../../../core/tools/names.js';

/** The values that can be typed at one position. */
export type Values =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  /** `name=value` */
  | { readonly kind: 'pairs'; readonly names: readonly string[]; readonly values: readonly string[] }
  | { readonly kind: 'migrations' | 'directories' | 'files' | 'unknown' };

const LEVELS = ['off', 'warn', 'error'];
const words = (...each: readonly string[]): Values => ({ kind: 'words', words: each });
const migrations: Values = { kind: 'migrations' };
const files: Values = { kind: 'files' };

const BY_FLAG: Readonly<Record<string, Values>> = {
  '--dir': { kind: 'directories' },
  '--layout': words(...LAYOUT_NAMES),
  '--lock': words('auto', 'session', 'transaction', 'off'),
  '--transaction': words('each', 'all'),
  '--lint': words(...LEVELS),
  '--rule': { kind: 'pairs', names: LINT_RULE_NAMES, values: LEVELS },
  '--on-drift': words(...POLICY_ACTIONS),
  '--out-of-order': words(...POLICY_ACTIONS),
  '--policy': { kind: 'pairs', names: Object.keys(DEFAULT_POLICY), values: POLICY_ACTIONS },
  '--to': migrations,
  '--restart': migrations,
  '--resume': migrations,
  '--skip': migrations,
  '--config': files,
  '--module': files,
  '--env-file': files,
};

const FORMATS: Readonly<Record<string, Values>> = {
  check: words('text', 'github'),
  lint: words('text', 'github', 'sarif'),
};

const BY_ARGUMENT: Readonly<Record<string, Values>> = {
  file: migrations,
  version: migrations,
  tool: words(...FOREIGN_TOOLS),
  shell: words('bash', 'zsh', 'fish'),
};

/** The values of a flag of a command. */
export function valuesOfFlag(command: string, flag: string): Values {
  return (flag === '--format' ? FORMATS[command] : BY_FLAG[flag]) ?? { kind: 'unknown' };
}

/** The values of an argument, by its name in the help. */
export function valuesOfArgument(name: string): Values {
  return BY_ARGUMENT[name] ?? { kind: 'unknown' };
}

/** Every word that can be typed; empty if they depend on files. */
export function allWords(values: Values): readonly string[] {
  if (values.kind === 'words') return values.words;
  if (values.kind !== 'pairs') return [];
  return values.names.flatMap((name) => values.values.map((value) => `${name}=${value}`));
}
