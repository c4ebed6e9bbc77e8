import { call, quoted } from './wording.js';

/** An action that a message recommends, as data. Each is a call of the API and a command of the command line. */
export type Remedy =
  /** Apply what is pending. */
  | { readonly action: 'migrate' }
  /** End the holder of the migration lock, even if it may be at work. */
  | { readonly action: 'unlock' }
  /** Record this file as applied; remove its row; take its checksum and name as intended; start it over. */
  | { readonly action: 'mark' | 'unmark' | 'accept' | 'restart'; readonly file: string }
  /** Decide about the statement in doubt of this file. */
  | { readonly action: 'resolve'; readonly file: string; readonly outcome: 'done' | 'again' }
  /** Work with this option: with this value if there is one that helps, otherwise with one that only the reader knows. */
  | { readonly action: 'set'; readonly option: string; readonly value?: string };

/** Puts a remedy into words, to follow "with" in a sentence: a call of the API, or a command. */
export type Voice = (remedy: Remedy) => string;

/** A text that names remedies. */
export type Text = string | ((say: Voice) => string);

/** Remedies as calls and options of the API. */
export const inApi: Voice = (remedy) => {
  switch (remedy.action) {
    case 'migrate':
      return '"nest-migrations migrate"';
    case 'unlock':
      return '"nest-migrations unlock --force"';
    case 'mark':
    case 'unmark':
      return call(remedy.action, remedy.file);
    case 'accept':
      return `accept({ file: ${quoted(remedy.file)} })`;
    case 'restart':
      return `repair({ restart: ${quoted(remedy.file)} })`;
    case 'resolve':
      return call('resolve', remedy.file, remedy.outcome);
    case 'set':
      return `the option "${remedy.option}"${remedy.value === undefined ? '' : ` set to "${remedy.value}"`}`;
  }
};

/** How to decide about a statement in doubt. */
export function decide(file: string, say: Voice): string {
  const [done, again] = (['done', 'again'] as const).map((outcome) => say({ action: 'resolve', file, outcome }));
  return `If it took effect, continue after it with ${done}; if it did not, execute it again with ${again}.`;
}

/** The remedies that a text names, in order. */
export function remediesIn(text: (say: Voice) => string): Remedy[] {
  const named: Remedy[] = [];
  text((remedy) => {
    named.push(remedy);
    return '';
  });
  return named;
}

/** A text in these words. */
export function inWords(text: Text, say: Voice): string {
  return typeof text === 'string' ? text : text(say);
}
