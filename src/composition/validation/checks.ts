/*
 * The building blocks for validating options. Each has its own message: those of valibot show the value, which may be a
 * secret.
 */
import * as v from 'valibot';
import type { ConfigurationProblem } from '../../core/problems/configuration-problem.js';
import { nearestName } from '../../core/problems/nearest-name.js';

/** The longest delay of a Node.js timer, and the largest integer value of a PostgreSQL setting. */
const MAX_MILLISECONDS = 2 ** 31 - 1;

/** A check for each option of `T`. */
export type Fields<T> = { readonly [K in keyof T]-?: v.GenericSchema<unknown, T[K]> };

/** True for anything with properties. */
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A string. */
export const text = v.string('expected a string');

/** A string with at least one character. */
export const notEmpty = v.pipe(text, v.minLength(1, 'it is empty'));

/** True or false. */
export const flag = v.boolean('expected true or false');

/** One of these names. */
export function oneOf<const T extends readonly string[]>(names: T) {
  return v.picklist(names, `expected one of ${names.map((name) => `"${name}"`).join(', ')}`);
}

/** A whole number. */
export function count(least: number) {
  return wholeNumber(least, Number.MAX_SAFE_INTEGER, `expected a whole number of at least ${least}`);
}

/** A duration in ms. */
export function milliseconds(least: number) {
  return wholeNumber(least, MAX_MILLISECONDS, `expected a whole number of ms from ${least} to ${MAX_MILLISECONDS}`);
}

function wholeNumber(least: number, most: number, message: string) {
  return v.custom<number>(
    (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
    message,
  );
}

const dictionary = v.custom<object>((value) => isObject(value) && !Array.isArray(value), 'expected an object');

/** Strings by name. */
export const strings = v.pipe(dictionary, v.record(v.string(), text));

/** A list of names, none of them empty. */
export const names = v.array(v.pipe(text, v.minLength(1, 'it has an empty name')), 'expected an array of strings');

/** A group of options; `false` stands for `{ enabled: false }`. @default {} */
export function orFalse<T>(schema: v.GenericSchema<unknown, T>) {
  const replaceFalse = v.transform((given: unknown) => (given === false ? { enabled: false } : given));
  return v.optional(v.pipe(v.unknown(), replaceFalse, schema), {});
}

/** An object with these fields and no others. valibot itself reports only the first unknown name. */
export function objectOf<E extends v.ObjectEntries>(entries: E): SchemaOf<v.ObjectSchema<E, undefined>> {
  const known = Object.keys(entries);
  const unknownNames = v.rawCheck<object>(({ dataset: { value }, addIssue }) => {
    for (const key of isObject(value) ? Object.keys(value) : []) {
      if (known.includes(key)) continue;
      addIssue({
        message: nearestName(key, known) ?? '',
        path: [{ type: 'unknown', origin: 'key', input: value, key, value: undefined }],
      });
    }
  });
  const schema: unknown = v.pipe(dictionary, v.looseObject(entries), unknownNames);
  return schema as SchemaOf<v.ObjectSchema<E, undefined>>;
}

type SchemaOf<T extends v.GenericSchema> = v.GenericSchema<v.InferInput<T>, v.InferOutput<T>>;

/** The problem that valibot reports. */
export function problemOf(issue: v.GenericIssue): ConfigurationProblem {
  const path = issue.path?.map(({ key }) => String(key)) ?? [];
  if (path.length === 0) return { code: 'invalid', detail: `options: ${issue.message}` };
  const option = path.join('.');
  if (issue.type !== 'raw_check') return { option, code: 'invalid', detail: issue.message };
  const suggestion = issue.message === '' ? undefined : [...path.slice(0, -1), issue.message].join('.');
  return { option, code: 'unknown-option', suggestion };
}
