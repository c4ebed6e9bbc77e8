import { flagsOf, PROGRAMS, takesDirectory, type Completable } from './completable.js';

/** A script that completes commands and flags in bash. Everything else is completed as a file. */
export function bashCompletion(commands: readonly Completable[]): string {
  const names = commands.map(({ name }) => name);
  const all = commands.flatMap(flagsOf);
  const directories = new Set(all.filter(takesDirectory).map(({ name }) => name));
  const withValue = new Set(all.flatMap(({ name, value }) => (value === undefined ? [] : [name])));
  return `# Completion of nest-migrations, for bash: source <(nest-migrations completion bash)
_nest_migrations() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" command='' words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
      ${names.join(' | ')}) command="$word"; break ;;
    esac
  done
  COMPREPLY=()
  case "$previous" in
    ${[...directories].join(' | ')}) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
    ${[...withValue].join(' | ')}) return ;;
  esac
  case "$command" in
${commands.map((each) => `    ${each.name}) words='${wordsOf(each)}' ;;`).join('\n')}
    *) words='${[...names, '--help', '--version'].join(' ')}' ;;
  esac
  if [[ -z "$command" || "$current" == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}
complete -o default -F _nest_migrations ${PROGRAMS.join(' ')}`;
}

function wordsOf(command: Completable): string {
  return flagsOf(command)
    .map(({ name }) => name)
    .join(' ');
}
