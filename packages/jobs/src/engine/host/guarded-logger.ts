import type { EngineLogger } from '../ports/engine-logger.ts';

/** There is nowhere to report a logger that fails. */
const ignore = () => undefined;

/** Wraps a logger that may throw: only its line is lost, and no run or pass. */
export function guardedLogger(logger: EngineLogger): EngineLogger {
  const guarded = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: object, message: string) => {
    try {
      const returned: unknown = logger[level](fields, message);
      // A logger may be `async`, whatever its type says.
      if (returned instanceof Promise) returned.catch(ignore);
    } catch {
      ignore();
    }
  };
  return {
    isLevelEnabled(level) {
      try {
        return logger.isLevelEnabled?.(level) ?? true;
      } catch {
        return true;
      }
    },
    debug: guarded('debug'),
    info: guarded('info'),
    warn: guarded('warn'),
    error: guarded('error'),
  };
}
