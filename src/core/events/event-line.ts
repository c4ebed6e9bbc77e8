import type { Finding } from '../errors/finding.js';

/** The log level of a line. */
export type LineLevel = 'debug' | 'info' | 'warning';

/** An event as text, for terminals and loggers. */
export interface EventLine {
  readonly level: LineLevel;
  readonly text: string;
  /** The finding that the line is about. */
  readonly finding?: Finding;
}
