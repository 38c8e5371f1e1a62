import type { EngineLogger } from '../engine-logger.ts';

const nobodyToTell = () => undefined;

/** A logger whose faults are its own: what it was told is lost, and no run or pass with it. */
export function guardedLogger(logger: EngineLogger): EngineLogger {
  const tell = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: object, message: string) => {
    try {
      const told: unknown = logger[level](fields, message);
      // One may be `async` all the same.
      if (told instanceof Promise) told.catch(nobodyToTell);
    } catch {
      nobodyToTell();
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
