import { describe, expect, test } from '@jest/globals';
import { COMMANDS, makeProgram } from '../../src/cli/program.js';
import { runProcess } from '../support/process.js';
import { SILENT_HOST } from '../support/silent-host.js';
import { run } from './command-line.js';

const examples = COMMANDS.flatMap(({ name, examples: lines = [] }) => lines.map((line) => [name, line] as const));

/** The words that a shell would pass to the program. */
async function wordsOf(line: string): Promise<string[]> {
  const program = 'nest-migrations() { printf "%s\\0" "$@"; }';
  const readable = line
    .replace(/^eval "\$\((.*)\)"$/, '$1')
    .replace(/ \| source$/, '')
    .replace(/ [<>] \S+$/, '');
  const { stdout } = await runProcess('bash', ['-c', `${program}; ${readable}`]);
  return stdout.split('\0').slice(0, -1);
}

describe('the help', () => {
  test('shows examples of every command, and a typical workflow', async () => {
    for (const { name, examples: lines = [] } of COMMANDS) {
      const { stdout } = await run([name, '--help']);
      for (const line of lines) expect(stdout).toContain(`\n  ${line}\n`);
    }
    expect((await run(['--help'])).stdout).toContain('\nExamples:\n  nest-migrations new add_users < users.sql\n');
  });

  test.each(examples)('of %s: "%s" is valid', async (name, line) => {
    const words = await wordsOf(line);
    expect(words[0]).toBe(name);
    const program = makeProgram(SILENT_HOST);
    let understood = false;
    for (const command of program.commands) command.action(() => void (understood = true));
    program.parse(words, { from: 'user' });
    expect(understood).toBe(true);
  });

  test('has an example of every command except pending', () => {
    expect(COMMANDS.filter((command) => !command.examples).map(({ name }) => name)).toEqual(['pending']);
  });
});
