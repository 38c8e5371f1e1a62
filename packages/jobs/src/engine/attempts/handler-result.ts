import { LARGEST_RESULT_BYTES } from '../../core/limits.ts';
import type { JsonText } from '../../core/model/run.ts';
import type { SecretMask } from '../../core/secrets/secret-mask.ts';
import { isJson, messageOf, safeText } from './safe-text.ts';

const LEFT_OUT_LIMIT = 500;

/** What a handler returned: its result as JSON, or why it was left out. */
export interface HandlerResult {
  readonly result?: JsonText;
  readonly leftOut?: string;
}

/** Checks a result from a thread: a handler can post anything to its thread's port. Never throws. */
export function checkResult(sent: unknown): HandlerResult {
  const { result, leftOut }: Readonly<Record<string, unknown>> = { ...Object(sent) };
  if (leftOut !== undefined) return { leftOut: safeText(leftOut, LEFT_OUT_LIMIT) };
  if (result === undefined) return {};
  if (typeof result === 'string' && result.length <= LARGEST_RESULT_BYTES && isJson(result))
    return { result };
  return { leftOut: `its thread did not send at most ${LARGEST_RESULT_BYTES} bytes of JSON` };
}

/** The result of a run, from what its handler returned. Never throws: the handler has done its work. */
export function readResult(returned: unknown, mask?: SecretMask): HandlerResult {
  if (returned === undefined) return {};
  try {
    const plain = JSON.stringify(returned);
    const json = plain === undefined || mask === undefined ? plain : mask.json(plain);
    if (json === undefined) return { leftOut: `it is not JSON (a ${typeof returned})` };
    if (json.length > LARGEST_RESULT_BYTES || Buffer.byteLength(json) > LARGEST_RESULT_BYTES)
      return { leftOut: `it is more than ${LARGEST_RESULT_BYTES} bytes of JSON` };
    return { result: json };
  } catch (error) {
    return { leftOut: `it is not JSON (${safeText(messageOf(error), LEFT_OUT_LIMIT, mask)})` };
  }
}

/** The result of a thread, which may have forged it, without what `mask` hides. */
export function maskResult(checked: HandlerResult, mask: SecretMask | undefined): HandlerResult {
  if (mask === undefined || checked.result === undefined) return checked;
  return { result: mask.json(checked.result) };
}
