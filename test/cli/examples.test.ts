import { describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { COMMANDS, makeProgram } from '../../src/cli/program.js';
import { runProcess } from '../support/programs/process.js';
import { SILENT_HOST } from '../support/programs/silent-host.js';
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

/** Commands that do something, by their names: `fleet work`. */
function leavesOf(parent: Command, path = ''): [string, Command][] {
  return parent.commands.flatMap((command): [string, Command][] => {
    const name = `${path}${command.name()}`;
    return command.commands.length > 0 ? leavesOf(command, `${name} `) : [[name, command]];
  });
}

describe('the help', () => {
  test('shows examples of every command, and a typical workflow', async () => {
    for (const { name, examples: lines = [] } of COMMANDS) {
      const { stdout } = await run([...name.split(' '), '--help']);
      for (const line of lines) expect(stdout).toContain(`\n  ${line}\n`);
    }
    expect((await run(['--help'])).stdout).toContain('\nExamples:\n  nest-migrations new add_users < users.sql\n');
  });

  test.each(examples)('of %s: "%s" is valid', async (name, line) => {
    const words = await wordsOf(line);
    const program = makeProgram(SILENT_HOST);
    let understood: string | undefined;
    for (const [full, command] of leavesOf(program)) command.action(() => void (understood = full));
    program.parse(words, { from: 'user' });
    expect(understood).toBe(name);
  });

  test('has an example of every command', () => {
    expect(COMMANDS.filter((command) => !command.examples).map(({ name }) => name)).toEqual([]);
  });
});
