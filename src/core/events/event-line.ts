/** The log level of a line. */
export type LineLevel = 'debug' | 'info' | 'warning';

/** An event as text, for terminals and loggers. */
export interface EventLine {
  readonly level: LineLevel;
  readonly text: string;
}
