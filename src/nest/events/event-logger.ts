import { ConsoleLogger, Logger, type LoggerService } from '@nestjs/common';
import { fieldsOf } from '../../core/events/event-fields.js';
import type { MigrationEvent } from '../../core/events/events.js';
import type { EventLine } from '../../core/events/event-line.js';

/** A line about an event, written in the form in which the application's logger writes structured data. */
class LogRecord {
  constructor(
    private readonly line: EventLine,
    private readonly event: MigrationEvent,
  ) {}

  get text(): string {
    return this.line.text;
  }

  get fields(): Readonly<Record<string, unknown>> {
    return fieldsOf(this.event, this.line.finding);
  }
}

const METHODS = { debug: 'debug', info: 'log', warning: 'warn' } as const;
const LEVELS = ['log', 'error', 'warn', 'debug', 'verbose', 'fatal'] as const;

type Write = (...parameters: unknown[]) => void;

/** A logger that also writes fields, if the application's logger is structured. */
export class EventLogger extends Logger {
  write(line: EventLine, event: MigrationEvent): void {
    this[METHODS[line.level]](new LogRecord(line, event));
  }

  /** Called when a line is written, possibly long after it was logged: Nest buffers lines until there is a logger. */
  override get localInstance(): LoggerService {
    const logger = super.localInstance as LoggerService | undefined;
    if (!logger) return super.localInstance;
    const parametersOf = formatOf(logger);
    const write = (level: (typeof LEVELS)[number]): Write => {
      return (message, ...rest) =>
        (logger[level] as Write | undefined)?.(
          ...(message instanceof LogRecord ? parametersOf(message) : [message]),
          ...rest,
        );
    };
    return Object.fromEntries(LEVELS.map((level) => [level, write(level)])) as unknown as LoggerService;
  }
}

/** How to pass a text with fields to a logger. Loggers that are not known to be structured get only the text. */
function formatOf(logger: LoggerService): (record: LogRecord) => unknown[] {
  if (isPino(logger)) return ({ text, fields }) => [fields, text];
  if (isWinston(logger)) return asMessage;
  if (!(logger instanceof ConsoleLogger) || !writesJson(logger)) return ({ text }) => [text];
  // NestJS 11 would write each parameter as a message of its own.
  return takesParameters(logger) ? ({ text, fields }) => [text, fields] : asMessage;
}

/** The text wins over a field of the name `message`. */
function asMessage({ text, fields }: LogRecord): unknown[] {
  return [{ ...fields, message: text }];
}

function takesParameters(logger: object): boolean {
  return typeof (logger as { stringifyParams?: unknown }).stringifyParams === 'function';
}

function writesJson(logger: object): boolean {
  return (logger as { options?: { json?: boolean } }).options?.json === true;
}

/** True for the logger of `nestjs-pino`, which wraps a `pino` logger. */
function isPino(logger: object): boolean {
  const { logger: inner } = logger as { logger?: { logger?: { child?: unknown; bindings?: unknown } } };
  return typeof inner?.logger?.child === 'function' && typeof inner.logger.bindings === 'function';
}

/** True for the logger of `nest-winston`. */
function isWinston(logger: object): boolean {
  return typeof (logger as { getWinstonLogger?: unknown }).getWinstonLogger === 'function';
}
