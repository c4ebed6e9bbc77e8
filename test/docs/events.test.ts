import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { unknownInstructions } from './existing-names.js';
import { readFields } from './declarations.js';
import { RUN_SAMPLE_TEXT } from './event-samples.js';

const text = readFileSync('docs/events.md', 'utf8');
const declared = new Map([
  ...readFields('src/core/events/events.ts'),
  ...readFields('src/core/events/fleet-events.ts'),
]);
const events = [...declared].filter(([name]) => /^[a-z-]+$/.test(name));
const sections = new Map(
  text
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section.replace(/^##? [\s\S]*/m, '')]),
);

/** Fields in the tables of a text, by the heading of their table. */
function tables(of: string): Record<string, string[]> {
  const found = [...of.matchAll(/^\| (.*?) \| type \| meaning \|\n\|---.*\n((?:\|.*\n?)*)/gm)];
  return Object.fromEntries(
    found.map(([, head = '', rows = '']) => [
      head,
      [...rows.matchAll(/^\| `(\w+)` \| \S.* \| \S.* \|$/gm)].map(([, name = '']) => name),
    ]),
  );
}

describe('docs/events.md', () => {
  test('has a section for every event, and no other', () => {
    expect(events.length).toBeGreaterThan(15);
    expect(new Set(sections.keys())).toEqual(new Set(events.map(([type]) => type)));
  });

  test.each(events)('gives every field of %s, with type and meaning', (type, fields) => {
    const described = tables(sections.get(type) ?? '')['field'] ?? [];
    expect(described).toEqual(fields.filter((field) => field !== 'type'));
  });

  test('gives the fields that every event has', () => {
    const [, common = ''] = text.split('## Fields of every event');
    const { field = [] } = tables(common.split('\n## ')[0] ?? '');
    expect(field).toEqual(['type', ...(declared.get('EventContext') ?? []), ...(declared.get('RunEvent') ?? [])]);
    expect(field).toHaveLength(5);
  });

  test.each([
    ['lock-waiting', 'holder', 'LockHolder', 'src/core/errors/lock-errors.ts'],
    ['migration-notice', 'notice', 'Notice', 'src/core/history/history.ts'],
  ])('gives the fields of what %s carries as %s', (type, field, name, file) => {
    const fields = readFields(file).get(name);
    expect(fields).toBeDefined();
    expect(tables(sections.get(type) ?? '')[`field of \`${field}\``]).toEqual(fields);
  });

  test('says how a run begins and ends', () => {
    const [, order = ''] = text.split('## Order');
    const ends = events.map(([type]) => type).filter((type) => /^run-(?!started|planned)/.test(type));
    expect(ends).toHaveLength(4);
    expect(order).toContain('A run begins with one `run-started`');
    const [, list = ''] = /exactly one of (.*), its last event/.exec(order) ?? [];
    expect([...list.matchAll(/`([a-z-]+)`/g)].map(([, type]) => type)).toEqual(ends);
    for (const type of ends) expect(sections.get(type)).toContain('Last event.');
  });

  test('shows a run as text: test/docs/write-examples.ts brings it up to date', () => {
    expect(text).toContain(`\`\`\`text\n${RUN_SAMPLE_TEXT}\n\`\`\``);
  });

  test('shows how to subscribe and how to make text of an event', () => {
    expect(text).toContain('service.events$.subscribe(');
    expect(text).toContain('renderEvent(event)');
    expect(unknownInstructions(text)).toEqual([]);
  });
});
