import {
  argumentOf,
  flagsOf,
  PROGRAMS,
  type Completable,
  type CompletableFlag,
  type CompletableWord,
} from './completable.js';
import { allWords, type Values } from './values.js';

/** A zsh script that completes commands, flags and values, with their descriptions. */
export function zshCompletion(commands: readonly Completable[], words: readonly CompletableWord[]): string {
  const single = commands.filter(({ name }) => !name.includes(' '));
  return `#compdef ${PROGRAMS.join(' ')}
# Completion of nest-migrations, for zsh: source <(nest-migrations completion zsh), after compinit
_nest_migrations_files() {
  local directory=migrations i
  local -a files
  for (( i = 1; i < $#words; i++ )); do
    [[ "$words[i]" == --dir ]] && directory="$words[i+1]"
    [[ "$words[i]" == --dir=* ]] && directory="\${words[i]#--dir=}"
  done
  directory="\${(Q)directory}"
  [[ "$directory" == \\~/* ]] && directory="$HOME/\${directory#*/}"
  files=(\${(f)"$(cd -q -- "$directory" 2> /dev/null && find . -name '*.sql' -type f | sed 's|^\\./||' | sort)"})
  compadd -a files
}
_nest_migrations() {
  local -a commands
${choice(words)}
  case "$words[1]" in
${single.map((each) => caseOf(each.name, each)).join('\n')}
${words.flatMap(groupCase).join('\n')}
  esac
}
if [[ "$funcstack[1]" == _nest_migrations ]]; then
  _nest_migrations "$@"
else
  compdef _nest_migrations ${PROGRAMS.join(' ')}
fi`;
}

/** Offers words for the second position. If that position is already filled, drops the first word. */
function choice(words: readonly { readonly name: string; readonly description: string }[]): string {
  return `  commands=(
${words.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    return
  fi
  shift words
  (( CURRENT-- ))`;
}

function caseOf(name: string, command: Completable): string {
  return `    ${name}) _arguments ${[...flagsOf(command).map(specOf), quoted(argumentSpec(command))].join(' ')} ;;`;
}

function groupCase({ name, commands }: CompletableWord): string[] {
  if (!commands) return [];
  const words = commands.map((each) => ({ name: each.name, description: each.command.description }));
  return [
    `    ${name})`,
    choice(words),
    '  case "$words[1]" in',
    ...commands.map((each) => caseOf(each.name, each.command)),
    '  esac ;;',
  ];
}

/** A flag for `_arguments`; it may be repeated. */
function specOf(flag: CompletableFlag): string {
  const { name, description, value } = flag;
  const text = `*${name}[${description.replaceAll(/[[\]\\:]/g, String.raw`\$&`)}]`;
  if (value === undefined) return quoted(text);
  return quoted(`${text}:${value}:${actionOf(flag.values)}`);
}

function argumentSpec(command: Completable): string {
  const { name = 'file', values = { kind: 'unknown' } } = argumentOf(command) ?? {};
  return values.kind === 'unknown' ? '*:file:_files' : `1:${name}:${actionOf(values)}`;
}

/** How zsh completes values. */
function actionOf(values: Values): string {
  if (values.kind === 'directories') return '_files -/';
  if (values.kind === 'migrations') return '_nest_migrations_files';
  return values.kind === 'files' ? '_files' : `(${allWords(values).join(' ') || ' '})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
