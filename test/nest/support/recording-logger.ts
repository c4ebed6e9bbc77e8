import type { LoggerService } from '@nestjs/common';

type Level = 'log' | 'error' | 'warn' | 'debug' | 'verbose' | 'fatal';

/** Keeps what an application logs, as `level [context] message`. */
export class RecordingLogger implements LoggerService {
  readonly lines: string[] = [];

  log = this.recorder('log');
  error = this.recorder('error');
  warn = this.recorder('warn');
  debug = this.recorder('debug');
  verbose = this.recorder('verbose');
  fatal = this.recorder('fatal');

  /** What the library itself said. */
  get migrations(): string[] {
    return this.lines.filter((line) => line.includes('[Migrations]')).map((line) => line.replace('[Migrations] ', ''));
  }

  private recorder(level: Level) {
    return (message: unknown, ...rest: unknown[]): void => {
      this.lines.push(
        `${level} [${String(rest.at(-1))}] ${message instanceof Error ? message.message : String(message)}`,
      );
    };
  }
}
