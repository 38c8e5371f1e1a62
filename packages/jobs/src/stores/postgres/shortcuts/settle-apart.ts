/**
 * From this many settlements on, they are written beside the claims requested with them: two syncs then cost
 * less than the wait.
 */
const SETTLED_APART = 200;

/** `isBusyApart`: others are written so already, and must not be overtaken. */
export function mustSettleApart(
  count: number,
  { settleApart, isBusyApart }: { readonly settleApart: boolean; readonly isBusyApart: boolean },
): boolean {
  return isBusyApart || (settleApart && count >= SETTLED_APART);
}
