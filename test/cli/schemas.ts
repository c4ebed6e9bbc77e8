import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { readFile, readdir } from 'node:fs/promises';

const FOLDER = new URL('../../docs/schemas/', import.meta.url);

/** The schemas in docs/schemas, by command; `error` is the schema of every failure. */
export interface Schemas {
  readonly names: readonly string[];
  readonly validate: (name: string) => ValidateFunction;
}

let schemas: Promise<Schemas> | undefined;

export function readSchemas(): Promise<Schemas> {
  return (schemas ??= compileAll());
}

async function compileAll(): Promise<Schemas> {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, formats: { 'date-time': isDateTime } });
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.json'));
  for (const file of files) ajv.addSchema(JSON.parse(await readFile(new URL(file, FOLDER), 'utf8')) as object);
  return {
    names: files.map((file) => file.slice(0, -'.json'.length)),
    validate: (name) => {
      const compiled = ajv.getSchema(`${name}.json`);
      if (!compiled) throw new Error(`docs/schemas has no ${name}.json`);
      return compiled;
    },
  };
}

function isDateTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text);
}

/** The name of the schema of a command. */
export function schemaOf(command: string): string {
  return command.replaceAll(' ', '-');
}

/**
 * Checks the output of a command against its schema, or against that of failures.
 *
 * @throws Error that says where they differ
 */
export async function expectSchema(command: string, stdout: string): Promise<void> {
  const output: unknown = JSON.parse(stdout);
  const isFailure = typeof output === 'object' && output !== null && 'error' in output;
  const validate = (await readSchemas()).validate(isFailure ? 'error' : schemaOf(command));
  if (validate(output)) return;
  const problems = validate.errors?.map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(' '),
  );
  throw new Error(`The output of ${command} --json is not as docs/schemas says:\n${problems?.join('\n')}\n${stdout}`);
}
