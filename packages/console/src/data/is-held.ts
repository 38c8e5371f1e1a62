/** Whether a pause of all jobs lasts until after this time, so that no run starts then. */
export function isHeld(at: string, pause: { readonly until: string | null } | null | undefined): boolean {
  if (pause == null) return false;
  return pause.until === null || Date.parse(at) < Date.parse(pause.until);
}
