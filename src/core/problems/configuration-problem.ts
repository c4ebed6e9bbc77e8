/** What is wrong with an option, a flag, a configuration file or a list of tenants. Plain data. */
export interface ConfigurationProblem {
  readonly code: ConfigurationProblemCode;
  /** The option, by its dotted name (`timeouts.connect`) or as a flag; undefined if it is not about a certain option. */
  readonly option?: string | undefined;
  /** Where it is: a configuration file, a module, a tenant, or a flag whose values have names; undefined for code. */
  readonly source?: string | undefined;
  /** The value as the message shows it; undefined if it is not shown, because it may be a secret. */
  readonly given?: string | undefined;
  /** The options that do not go together with it. */
  readonly others?: readonly GivenOption[] | undefined;
  /** What is wrong or expected, in words; undefined if the code says it all. */
  readonly detail?: string | undefined;
  /** The known name that was probably meant, in full. */
  readonly suggestion?: string | undefined;
}

/** An option, and its value if that matters. */
export interface GivenOption {
  /** The option, by its dotted name or as a flag. */
  readonly option: string;
  /** Its value, as JSON; undefined if any value is meant. */
  readonly given?: string | undefined;
}

type Subject = ConfigurationProblem & { readonly option: string };

/** All problems with an option by code, as the sentences that report them. */
const SENTENCES = {
  /** The value cannot be used. */
  invalid: afterColon,
  'unknown-option': (problem) => unknown('option', problem),
  'unknown-rule': (problem) => unknown('rule', problem),
  /** Nothing has this name: a tenant, a group, a field of a tenant or a tool. */
  'unknown-name': afterColon,
  /** Something is needed and was not given. */
  missing: afterName,
  /** What was asked for is switched off. */
  disabled: afterName,
  contradiction: (problem) => `${listed(problem)} contradict each other: ${problem.detail}`,
  /** Only one of the options may be given. */
  exclusive: ({ option, others = [] }) =>
    `${option}: cannot be given together with ${others.map((other) => quoted(other.option)).join(' and ')}`,
  /** It does not work with the value of another option. */
  incompatible: afterName,
  /** There are several where there may be only one. */
  duplicate: afterColon,
  /** A file, a module, a list or a server cannot be used. */
  unusable: afterColon,
  /** Not a problem: how many more there are. */
  omitted: afterColon,
} as const satisfies Readonly<Record<string, (problem: Subject) => string>>;

/** Identifies a kind of problem with the configuration. Stable, like the codes of errors. */
export type ConfigurationProblemCode = keyof typeof SENTENCES;

/** The problem as a sentence without a full stop. Without an option, the detail is the sentence. */
export function configurationText(problem: ConfigurationProblem): string {
  const { option, source, code, detail = '' } = problem;
  const sentence = option === undefined ? detail : SENTENCES[code]({ ...problem, option });
  return source === undefined ? sentence : `${source}: ${sentence}`;
}

function afterColon({ option, detail }: Subject): string {
  return `${option}: ${detail}`;
}

function afterName({ option, detail }: Subject): string {
  return `${option} ${detail}`;
}

function unknown(what: string, { option, suggestion }: Subject): string {
  return `unknown ${what} "${option}"${suggestion === undefined ? '' : `; did you mean "${suggestion}"?`}`;
}

function listed(problem: Subject): string {
  return [problem, ...(problem.others ?? [])]
    .map(({ option, given }) => (given === undefined ? option : `${option}: ${given}`))
    .join(' and ');
}

function quoted(option: string): string {
  return option.startsWith('--') ? option : `"${option}"`;
}
