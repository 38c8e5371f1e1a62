import { urlOf, type Variant } from '../simulation/broken/variant.ts';

/** A mistake in the code under test. Fuzzing its target must find it. */
export interface Mistake extends Omit<Variant, 'promise'> {
  readonly target: string;
}

export const MISTAKES: readonly Mistake[] = [
  {
    name: 'fraction-without-bound',
    target: 'durations',
    file: 'core/time/duration.ts',
    from: 'if (longer > INT64_MAX + 1n) break;',
    to: "if (longer > INT64_MAX + 1n) throw new RangeError('too many digits');",
  },
  {
    name: 'change-of-the-clock-by-hours',
    target: 'time-zones',
    file: 'core/time/timezone.ts',
    from: 'while (high - low > 1_000) {',
    to: 'while (high - low > 3_600_000) {',
  },
  {
    name: 'gap-includes-its-end',
    target: 'cron',
    file: 'core/schedule/clocks/slot-clock.ts',
    from: 'after >= from && after < to',
    to: 'after >= from && after <= to',
  },
  {
    name: 'nth-from-the-end-rounds-up',
    target: 'rrule',
    file: 'core/schedule/rrule/rule-days.ts',
    from: 'Math.floor(fromEnd / 7) === nth',
    to: 'Math.ceil(fromEnd / 7) === nth',
  },
  {
    name: 'cursor-of-any-order',
    target: 'cursors',
    file: 'http/fields/cursor.ts',
    from: '|| parts.length !== 3 || parts[0] !== order)',
    to: '|| parts.length !== 3)',
  },
  {
    name: 'unsafe-text-in-yaml',
    target: 'yaml',
    file: '../../cli/src/terminal/printable-yaml.ts',
    from: 'isUnsafe(node.value) || ',
    to: '',
  },
  {
    name: 'heartbeat-url-in-faults',
    target: 'config',
    file: '../../../apps/api/src/config/config.ts',
    from: "  'HEARTBEAT_URL',\n",
    to: '',
  },
  {
    name: 'arguments-that-are-no-json',
    target: 'thread-messages',
    file: 'engine/threads/handler-calls.ts',
    from: 'isJson(text) ? JSON.parse(text) : undefined',
    to: 'JSON.parse(text)',
  },
  {
    name: 'damaged-names-throw',
    target: 'rows',
    file: 'stores/rows/stored-json.ts',
    from: 'const stored = readable(json);\n  return Array',
    to: "const stored = storedJson('names', json);\n  return Array",
  },
  {
    name: 'body-repeated-as-it-is',
    target: 'bodies',
    file: 'http/bodies/strict-json.ts',
    from: 'escapedText(error.message)',
    to: 'error.message',
  },
];

/** The mistake of a name, if it is in the module at a URL. */
export function mistakeIn(url: string, name: string | undefined): (Variant & Mistake) | undefined {
  const mistake = MISTAKES.find((each) => each.name === name);
  return mistake !== undefined && urlOf(mistake) === url ? { ...mistake, promise: '' } : undefined;
}
