import { flagsOf, PROGRAMS, takesDirectory, type Completable, type CompletableFlag } from './completable.js';

/** A script that completes commands and flags in zsh, with their descriptions. */
export function zshCompletion(commands: readonly Completable[]): string {
  const described = commands.map(({ name, description }) => quoted(`${name}:${description}`));
  return `#compdef ${PROGRAMS.join(' ')}
# Completion of nest-migrations, for zsh: source <(nest-migrations completion zsh), after compinit
_nest_migrations() {
  local -a commands
  commands=(
${described.map((each) => `    ${each}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case "$words[1]" in
${commands.map((each) => `    ${each.name}) _arguments ${[...flagsOf(each).map(specOf), quoted('*:file:_files')].join(' ')} ;;`).join('\n')}
  esac
}
if [[ "$funcstack[1]" == _nest_migrations ]]; then
  _nest_migrations "$@"
else
  compdef _nest_migrations ${PROGRAMS.join(' ')}
fi`;
}

/** A flag for `_arguments`; it may be repeated. */
function specOf(flag: CompletableFlag): string {
  const { name, description, value } = flag;
  const text = `*${name}[${description.replaceAll(/[[\]\\:]/g, String.raw`\$&`)}]`;
  if (value === undefined) return quoted(text);
  return quoted(`${text}:${value}:${takesDirectory(flag) ? '_files -/' : '( )'}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
