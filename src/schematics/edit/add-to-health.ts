import { appended, closingOf, codeOf, withImport } from './source-text.js';

const PARAMETER = 'private readonly migrationsHealth: MigrationsHealthIndicator';

/** The injected health indicator of the migrations. */
export const HEALTH_LINES = [
  "import { MigrationsHealthIndicator } from 'nestjs-pg-migrations';",
  `constructor(…, ${PARAMETER}) {}`,
  "() => this.migrationsHealth.check('migrations'),",
];

/** True if the file contains a health check of `@nestjs/terminus`. */
export function checksHealth(text: string): boolean {
  return /from\s*['"]@nestjs\/terminus['"]/.test(text) && /@Controller\b/.test(codeOf(text));
}

/**
 * The text of a health controller that also checks the migrations.
 *
 * @returns undefined if the place is unclear: there is no constructor, several checks, or a liveness check, which must
 *   succeed while migrations run
 */
export function withHealthCheck(text: string): string | undefined {
  const withCheck = appendedTo(text, /\.check\s*\(\s*\[/g, "() => this.migrationsHealth.check('migrations')");
  if (withCheck === undefined || /['"/]live(?:ness|z)?['"/]/i.test(text)) return undefined;
  const injected = appendedTo(withCheck, /\bconstructor\s*\(/g, PARAMETER);
  return injected && withImport(injected, 'MigrationsHealthIndicator', 'nestjs-pg-migrations');
}

/** Appends an element to the list that begins with the only match. */
function appendedTo(text: string, start: RegExp, element: string): string | undefined {
  const code = codeOf(text);
  const found = [...code.matchAll(start)];
  const [first] = found;
  if (!first || found.length > 1) return undefined;
  const open = first.index + first[0].length - 1;
  const close = closingOf(code, open);
  return close < 0 ? undefined : appended(text, open, close, element);
}
