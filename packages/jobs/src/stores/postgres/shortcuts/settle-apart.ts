/**
 * From this many settlements, a batch has its own transaction, beside the claims that were requested with it.
 * Two syncs then cost less than the wait.
 */
const SETTLED_APART = 200;

/** `isBusyApart`: earlier settlements are still being written that way. This batch must not overtake them. */
export function mustSettleApart(
  count: number,
  { settleApart, isBusyApart }: { readonly settleApart: boolean; readonly isBusyApart: boolean },
): boolean {
  return isBusyApart || (settleApart && count >= SETTLED_APART);
}
