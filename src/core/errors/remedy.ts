import { call, quoted } from './wording.js';

/** An action that a message recommends, as data. Each has an API call and a CLI command. */
export type Remedy =
  /** Apply the pending migrations. */
  | { readonly action: 'migrate' }
  /** Apply those that tenants share, whatever tenants are selected. */
  | { readonly action: 'migrate-shared' }
  /** Apply those of tenants too: of the selected ones, or of all. */
  | { readonly action: 'migrate-tenants' }
  /** Terminate the holder of the migration lock, even if it may still be working. */
  | { readonly action: 'unlock' }
  /** Record this file as applied; remove its row; accept its checksum and name; start it over; continue it as edited. */
  | { readonly action: 'mark' | 'unmark' | 'accept' | 'restart' | 'resume'; readonly file: string }
  /** Record this object of the catalog as it is now. */
  | { readonly action: 'accept-object'; readonly object: string }
  /** Take over the history of this tenant, or those of all tenants, for their present schemas. */
  | { readonly action: 'adopt'; readonly tenant?: string }
  /** Record the outcome of the in-doubt statement of this file. */
  | { readonly action: 'resolve'; readonly file: string; readonly outcome: 'done' | 'again' }
  /** Verify with a scratch database on another server; with this extension; without this migration. */
  | { readonly action: 'verify-on' }
  | { readonly action: 'verify-with'; readonly extension: string }
  | { readonly action: 'verify-without'; readonly file: string }
  /** Name the table of the tool from which to import. */
  | { readonly action: 'import-from'; readonly tool: string }
  /** Set this option: to this value if there is one, otherwise to a value that the reader must choose. */
  | { readonly action: 'set'; readonly option: string; readonly value?: string };

/** Phrases a remedy so that it can follow "with" in a sentence: as an API call or a command. */
export type Voice = (remedy: Remedy) => string;

/** A text that contains remedies. */
export type Text = string | ((say: Voice) => string);

/** Phrases remedies as API calls and options. */
export const inApi: Voice = (remedy) => {
  switch (remedy.action) {
    case 'migrate':
    case 'migrate-shared':
      return '"nest-migrations migrate"';
    case 'migrate-tenants':
      return '"nest-migrations migrate --all"';
    case 'unlock':
      return '"nest-migrations unlock --force"';
    case 'mark':
    case 'unmark':
      return call(remedy.action, remedy.file);
    case 'accept':
      return `accept({ file: ${quoted(remedy.file)} })`;
    case 'accept-object':
      return `acceptCatalog({ object: ${quoted(remedy.object)} })`;
    case 'restart':
    case 'resume':
      return `repair({ ${remedy.action}: ${quoted(remedy.file)} })`;
    case 'adopt':
      return `fleet.adopt(${remedy.tenant === undefined ? '' : `{ tenants: [${quoted(remedy.tenant)}] }`})`;
    case 'resolve':
      return call('resolve', remedy.file, remedy.outcome);
    case 'verify-on':
      return 'verify({ server })';
    case 'verify-with':
      return `verify({ extensions: [${quoted(remedy.extension)}] })`;
    case 'verify-without':
      return `verify({ skip: [${quoted(remedy.file)}] })`;
    case 'import-from':
      return `importFrom(${quoted(remedy.tool)}, { table })`;
    case 'set':
      return `the option "${remedy.option}"${remedy.value === undefined ? '' : ` set to "${remedy.value}"`}`;
  }
};

/** How to resolve an in-doubt statement. */
export function decide(file: string, say: Voice): string {
  const [done, again] = (['done', 'again'] as const).map((outcome) => say({ action: 'resolve', file, outcome }));
  return `If it took effect, continue after it with ${done}; if it did not, execute it again with ${again}.`;
}

/** Renders a text, with its remedies phrased by `say`. */
export function inWords(text: Text, say: Voice): string {
  return typeof text === 'string' ? text : text(say);
}

/** Renders a text with its remedies as API calls, and lists them. */
export function withRemedies(text: Text): { readonly text: string; readonly remedies: readonly Remedy[] } {
  const remedies: Remedy[] = [];
  const rendered = inWords(text, (remedy) => {
    remedies.push(remedy);
    return inApi(remedy);
  });
  return { text: rendered, remedies };
}
