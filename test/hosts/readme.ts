import { readFile } from 'node:fs/promises';

/** The commands with which the README installs this package, by the version of NestJS. */
export async function installCommands(): Promise<Record<11 | 12, string>> {
  const text = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const commandFor = (nest: number): string => {
    const command = new RegExp(`^(npm install nestjs-pg-migrations .*?) +# NestJS ${nest}$`, 'm').exec(text)?.[1];
    if (command === undefined) throw new Error(`the README has no command for NestJS ${nest}`);
    return command;
  };
  return { 11: commandFor(11), 12: commandFor(12) };
}
