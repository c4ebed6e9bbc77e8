import { createRequire } from 'node:module';
import type { Nest } from './given-module.js';
import { messageOfError } from './message-of-error.js';

const FILES = ['@nestjs/core', '@nestjs/core/scanner.js', '@nestjs/core/injector/injector.js'];

/** The NestJS package that a file of the application loads. @throws Error whose message says what is wrong */
export function nestOf(file: string): Nest {
  const load = createRequire(file);
  try {
    return Object.assign({}, ...FILES.map((name) => load(name) as object)) as Nest;
  } catch (error) {
    throw new Error(`NestJS cannot be loaded: ${messageOfError(error)}`, { cause: error });
  }
}
