import {
  argumentOf,
  flagsOf,
  PROGRAMS,
  type Completable,
  type CompletableFlag,
  type CompletableWord,
} from './completable.js';
import type { Values } from './values.js';

/** A bash script that completes commands, flags and values. Everything else is completed as a file name. */
export function bashCompletion(commands: readonly Completable[], words: readonly CompletableWord[]): string {
  const groups = words.flatMap(({ name, commands: own }) => (own ? [{ name, own: own.map((each) => each.name) }] : []));
  return `# Completion of nest-migrations, for bash: eval "$(nest-migrations completion bash)"
# Removes the quotes and backslashes with which a word was typed. The word is not evaluated.
_nest_migrations_unquoted() {
  local word="$1"
  case "$word" in
    \\'*) word="\${word#\\'}"; word="\${word%\\'}" ;;
    \\"*) word="\${word#\\"}"; word="\${word%\\"}" ;;
    *) word="\${word//\\\\/}" ;;
  esac
  printf '%s' "$word"
}
# Offers the names (one per line) that begin with what was typed. They are quoted in the way in which the word begins.
_nest_migrations_names() {
  local typed name quote="'" escaped="'\\\\''"
  typed="$(_nest_migrations_unquoted "$1")"
  while IFS= read -r name; do
    [[ "$name" == "$typed"* ]] || continue
    case "$1" in
      \\'*) COMPREPLY+=("\${name//$quote/$escaped}") ;;
      \\"*) COMPREPLY+=("$(printf '%s' "$name" | sed 's/[\\\\"$\`]/\\\\&/g')") ;;
      \\~/*) COMPREPLY+=("~/$(printf %q "\${name#*/}")") ;;
      *) COMPREPLY+=("$(printf %q "$name")") ;;
    esac
  done
}
_nest_migrations_directories() {
  _nest_migrations_names "$1" < <(compgen -d -- "$(_nest_migrations_unquoted "$1")")
}
_nest_migrations_files() {
  local directory=migrations i
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ "\${COMP_WORDS[i]}" == --dir ]]; then
      directory="\${COMP_WORDS[i + 1]}"
      [[ "$directory" == = ]] && directory="\${COMP_WORDS[i + 2]}"
    fi
    [[ "\${COMP_WORDS[i]}" == --dir=* ]] && directory="\${COMP_WORDS[i]#--dir=}"
  done
  directory="$(_nest_migrations_unquoted "$directory")"
  [[ "$directory" == \\~/* ]] && directory="$HOME/\${directory#*/}"
  _nest_migrations_names "$1" < <(CDPATH='' cd -- "$directory" 2> /dev/null && find . -name '*.sql' -type f | sed 's|^\\./||' | sort)
}
# Bash 3.2, the version in macOS, has neither mapfile nor compopt.
_nest_migrations_offer() {
  local word
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(compgen "$@" -- "$current")
}
_nest_migrations() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" command='' group='' words='' word flag
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$group$word" in
      ${commands.map(({ name }) => pattern(name)).join(' | ')}) command="$group$word"; break ;;
${groups.map(({ name }) => `      ${name}) group='${name} ' ;;`).join('\n')}
    esac
  done
  COMPREPLY=()
  # An equals sign is a word by itself, "--flag = value" or "--flag name = value", except in bash 3.2.
  flag="$previous"
  if [[ "$current" == ?*=* && "$COMP_WORDBREAKS" == *=* ]]; then
    [[ "$current" == --* ]] && flag="\${current%=*}" || flag="$previous="
    [[ "$flag" == --*=* ]] && flag="\${flag%%=*}="
    current="\${current##*=}"
  fi
  local -i sign=0
  [[ "$previous" == = ]] && sign=COMP_CWORD-1
  [[ "$current" == = ]] && sign=COMP_CWORD && current=''
  if ((sign > 0)); then
    flag="\${COMP_WORDS[sign - 1]}"
    if [[ "$flag" != --* ]]; then
      flag="\${COMP_WORDS[sign - 2]}="
      [[ "$flag" == == ]] && flag="\${COMP_WORDS[sign - 3]}="
    fi
  fi
  case "$command $flag" in
${unique(commands.flatMap((each) => flagsOf(each).flatMap((flag) => casesOf(each.name, flag)))).join('\n')}
  esac
  case "\${command:-$group}" in
${commands.map((each) => `    ${pattern(each.name)}) words='${wordsOf(each)}' ;;`).join('\n')}
${groups.map(({ name, own }) => `    '${name} ') words='${[...own, '--help'].join(' ')}' ;;`).join('\n')}
    *) words='${[...words.map(({ name }) => name), '--help', '--version'].join(' ')}' ;;
  esac
  if [[ -z "$command" || "$current" == -* ]]; then
    _nest_migrations_offer -W "$words"
    return
  fi
  case "$command" in
${commands.flatMap(argumentCase).join('\n')}
  esac
}
complete -o default -F _nest_migrations ${PROGRAMS.join(' ')}`;
}

/** How to complete the value of a flag, if it takes one. Only the formats differ between commands. */
function casesOf(command: string, { name, value, values }: CompletableFlag): string[] {
  if (value === undefined) return [];
  const place = name === '--format' ? `${command}\\ ${name}` : `*\\ ${name}`;
  if (values.kind !== 'pairs') return [`    ${place}) ${[...offer(values), 'return'].join('; ')} ;;`];
  const names = values.names.map((each) => `${each}=`).join(' ');
  return [
    `    ${place}) ${offerWords(names)}; compopt -o nospace 2> /dev/null; return ;;`,
    `    ${place}=) ${offerWords(values.values.join(' '))}; return ;;`,
  ];
}

function offer(values: Values): string[] {
  if (values.kind === 'words') return [offerWords(values.words.join(' '))];
  if (values.kind === 'migrations') return ['_nest_migrations_files "$current"'];
  return values.kind === 'directories' ? ['_nest_migrations_directories "$current"'] : [];
}

function offerWords(words: string): string {
  return `_nest_migrations_offer -W '${words}'`;
}

function argumentCase(command: Completable): string[] {
  const offered = offer(argumentOf(command)?.values ?? { kind: 'unknown' });
  return offered.length === 0 ? [] : [`    ${pattern(command.name)}) ${offered.join('; ')} ;;`];
}

/** A name that is matched literally. */
function pattern(name: string): string {
  return name.includes(' ') ? `'${name}'` : name;
}

function unique(lines: readonly string[]): string[] {
  return [...new Set(lines)];
}

function wordsOf(command: Completable): string {
  return flagsOf(command)
    .map(({ name }) => name)
    .join(' ');
}
