/** Bounds of P18: largest payload (with its type's defaults) and result as JSON, and log kept for a run. */
export const LARGEST_PAYLOAD_BYTES = 65_536;
/** Levels of objects and arrays. A schema calls itself for each, so a deep payload would overflow the stack. */
export const DEEPEST_PAYLOAD = 32;
export const LARGEST_RESULT_BYTES = 65_536;
export const LARGEST_LOG_BYTES = 65_536;
/** What a line of a log counts besides its text. */
export const LOG_LINE_BYTES = 16;
