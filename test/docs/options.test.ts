import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { migratorFields } from '../../src/composition/validation/migrator-options.js';
import { resolveModuleOptions } from '../../src/nest/configuration/resolve-options.js';
import { optionsPage } from '../../tools/docs/options-page.js';

const page = readFileSync('docs/options.md', 'utf8');
const resolved: object = resolveModuleOptions({ connectionString: 'postgres://localhost/app' });

/** The options in the table below a heading, with their defaults. */
function optionsBelow(heading: string): Map<string, string> {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const rows = section.split('\n## ', 1)[0]!.matchAll(/^\| `(\w+)` \| (.*?) \|/gm);
  return new Map([...rows].map(([, name = '', byDefault = '']) => [name, byDefault]));
}

describe('docs/options.md', () => {
  test('matches the doc comments of the options: npm run docs updates it', () => {
    expect(page).toBe(optionsPage());
  });

  test('lists every option, and none that does not exist', () => {
    const options = new Set([...Object.keys(migratorFields), ...Object.keys(resolved), 'name', 'onEvent', 'tenants']);
    expect([...optionsBelow('All options').keys()].toSorted()).toEqual([...options].toSorted());
  });

  test.each(Object.entries(resolved).filter(([, value]) => isPlainObject(value)))(
    'lists every option of %s',
    (option, value) => {
      const shown = optionsBelow(`\`${option}\``);
      expect([...shown.keys()]).toEqual(expect.arrayContaining(Object.keys(value as object)));
    },
  );

  test('states the defaults that apply', () => {
    const different = [['All options', resolved] as const, ...nested()].flatMap(([heading, values]) =>
      [...optionsBelow(heading)].flatMap(([name, shown]) => {
        const literal = /^`(.*?)`/.exec(shown)?.[1];
        const actual = (values as Record<string, unknown>)[name];
        if (literal === undefined || isPlainObject(actual)) return [];
        return literal === asText(actual) ? [] : [`${heading} ${name}: ${literal}, but ${asText(actual)}`];
      }),
    );
    expect(different).toEqual([]);
  });
});

function nested(): (readonly [string, object])[] {
  const objects = Object.entries(resolved).filter(([, value]) => isPlainObject(value));
  return objects.map(([name, value]) => [`\`${name}\``, value as object] as const);
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** A value as its default is written: `'migrate'`, `10000`, `['{{', '}}']`. */
function asText(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(asText).join(', ')}]`;
  return String(value);
}
