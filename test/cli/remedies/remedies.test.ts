import { beforeAll, describe, expect, test } from '@jest/globals';
import { finding, FINDINGS, type FindingCode } from '../../../src/core/errors/finding.js';
import { ERROR_CODES, type MigrationErrorCode } from '../../../src/core/errors/migration-error.js';
import { COMMANDS } from '../../../src/cli/program.js';
import { findingText, messageOf } from '../../../src/cli/render/in-commands.js';
import { ERROR_SAMPLES } from '../../docs/error-samples.js';
import { FINDING_SAMPLES } from '../../docs/finding-samples.js';
import { useEmptyDatabase } from '../../support/database/empty-database.js';
import { has } from '../../support/jest/needs.js';
import { startPgBouncer } from '../../support/database/pgbouncer.js';
import { runProcess, type ProcessResult } from '../../support/programs/process.js';
import { testIf } from '../../support/server/since-version.js';
import { migrationsDirectory } from '../../support/files/temp-directory.js';
import { MAIN } from '../command-line.js';
import { ERROR_SCENES } from './error-scenes.js';
import { FINDING_SCENES } from './finding-scenes.js';
import type { Scene } from './stage.js';

const db = useEmptyDatabase('cli_remedies');
const ALL = [...ERROR_CODES, ...(Object.keys(FINDINGS) as FindingCode[])];
const SCENES = { ...FINDING_SCENES, ...ERROR_SCENES };
const withCommands = ALL.flatMap((code) => {
  const scene = SCENES[code];
  return scene ? [[code, scene] as const] : [];
});
let pooled = '';
beforeAll(async () => {
  if (has('pgbouncer')) pooled = await startPgBouncer(db.connectionString);
});

/** What a text tells its reader to type: commands, and flags to add to the current command. */
const named = (text: string): string[] =>
  [...text.matchAll(/`((?:nest-migrations|--[a-z])[^`]*)`/g)].map(([, words = '']) => words);

/** The line of a message, or all of it for an error, whose code is on the last line. */
const messageWith = (code: string, { stdout, stderr }: ProcessResult): string => {
  const lines = `${stdout}\n${stderr}`.split('\n');
  const line = lines.find((each) => each.endsWith(`[${code}]`)) ?? '';
  return line === `[${code}]` ? lines.join('\n') : line;
};

async function stageOf(scene: Scene) {
  const directory = await migrationsDirectory(scene.files);
  const url = scene.isPooled ? pooled : db.connectionString;
  const inShell = (words: string): Promise<ProcessResult> =>
    runProcess('sh', ['-c', words.replace('nest-migrations', `"${process.execPath}" "${MAIN}"`)], {
      env: { DATABASE_URL: url, other: 'from the environment' },
    });
  const type = (...args: string[]): Promise<ProcessResult> =>
    runProcess(process.execPath, [MAIN, ...args, '--dir', directory], { env: { DATABASE_URL: url } });
  const stage = { db, directory, type };
  await scene.set?.(stage);
  const command = scene.command.map((word) => word.replace('DIR', directory));
  const original = (): Promise<ProcessResult> => type(...command);
  /** Runs a remedy and, if it asks for confirmation, the command that confirms it. */
  const follow = async (remedy: string): Promise<ProcessResult> => {
    const value = scene.value?.(stage) ?? '';
    if (remedy.startsWith('--')) {
      const words = remedy.includes(' ') ? remedy.replace(/<\w+>/, value) : `${remedy} ${value}`;
      const flags = command.map((word) => `'${word}'`).join(' ');
      return inShell(`nest-migrations ${flags} --dir '${directory}' ${words}`);
    }
    const first = await inShell(remedy);
    const confirming = /^ {2}(nest-migrations .* --yes)$/m.exec(first.stderr)?.[1];
    return confirming === undefined ? first : inShell(confirming);
  };
  return { directory, original, follow };
}

const commandsOf = (scene: Scene, directory: string): string[] =>
  scene.names.map((name) => (name.startsWith('--') ? name : `nest-migrations ${withDirectory(name, directory)}`));
/** A command has the directory that was in force before all its other shared flags. */
function withDirectory(name: string, directory: string): string {
  const [, before = '', after = ''] =
    /^(.*?)((?: --(?:config|policy|search-path|lock|migration-lock-timeout|transaction|recursive|layout).*)?)$/.exec(
      name,
    ) ?? [];
  return `${before} --dir ${directory}${after.replace('DIR', directory)}`;
}

const ways = withCommands.flatMap(([code, scene]) =>
  (scene.ways ?? scene.names.map((_, i) => [i])).map(
    (way) => [code, way.map((i) => scene.names[i]).join(', then '), scene, way] as const,
  ),
);

describe('a remedy in a message of the command line', () => {
  for (const [code, title, scene, way] of ways)
    testIf(!scene.isPooled || has('pgbouncer'), 'needs pgbouncer')(`${code}: ${title}`, async () => {
      const { directory, original, follow } = await stageOf(scene);
      const message = messageWith(code, await original());
      const remedies = named(message);
      expect(remedies).toEqual(commandsOf(scene, directory));
      let last: ProcessResult | undefined;
      for (const i of way) {
        last = await follow(remedies[i] ?? '');
        expect(last.code).toBe(0);
      }
      // A variant of the command helps if it succeeds; another command helps if the original one then succeeds.
      const isAnotherTry = /^(?:--|nest-migrations (?:migrate|status) )/.test(remedies[way.at(-1) ?? 0] ?? '');
      const after = isAnotherTry ? last : await original();
      expect(after && messageWith(code, after)).toBe('');
    });
});

describe('a message without a scene', () => {
  const typed = {
    program: 'nest-migrations',
    words: ['migrate'],
    name: 'migrate',
    args: [],
    flags: {},
    flagsOf: (name: string) =>
      COMMANDS.filter((each) => each.name === name).flatMap(({ flags }) =>
        flags.map(([flag]) => ({ flag, isShared: true })),
      ),
  };
  test.each(ALL.filter((code) => !SCENES[code]))('%s names no command', (code) => {
    const text =
      code in FINDINGS
        ? findingText(typed)(finding(code as FindingCode, FINDING_SAMPLES[code as FindingCode]))
        : messageOf(ERROR_SAMPLES[code as MigrationErrorCode], typed);
    expect(named(text)).toEqual([]);
    expect(text).not.toMatch(/\b(?:mark|unmark|repair|resolve|accept)\(/);
  });

  test('has a known code', () => {
    expect(Object.keys(SCENES).toSorted()).toEqual([...ALL].toSorted());
  });
});
