/** Where the engine reports what no caller waits for. Any pino logger fits. */
export interface EngineLogger {
  /** Absent: all levels are. */
  isLevelEnabled?(level: 'debug' | 'info' | 'warn' | 'error'): boolean;
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
