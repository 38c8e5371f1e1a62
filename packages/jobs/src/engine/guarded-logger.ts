import type { EngineLogger } from './options.ts';

/** A logger whose faults are its own: what it was told is lost, and no run or pass with it. */
export function guardedLogger(logger: EngineLogger): EngineLogger {
  const tell = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: object, message: string) => {
    try {
      logger[level](fields, message);
    } catch {
      // There is nobody else to tell.
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
    debug: tell('debug'),
    info: tell('info'),
    warn: tell('warn'),
    error: tell('error'),
  };
}
