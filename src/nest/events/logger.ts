import { Logger } from '@nestjs/common';

/** The context in which an instance logs. */
export function loggerOf(name: string): Logger {
  return new Logger(name === '' ? 'Migrations' : `Migrations:${name}`);
}
