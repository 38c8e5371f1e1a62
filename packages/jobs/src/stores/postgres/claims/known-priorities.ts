/**
 * The runs that a node's last look found to claim before runs that were due earlier. A claim asks for them
 * only where there are some.
 */
export interface KnownPriorities {
  /** When a claim may take the next suspect, or has to look again (P9, lost nodes). */
  suspectAt: number | undefined;
  /** Whether unclaimed slots may be claimed before runs that were due earlier. */
  slotsHavePriority: boolean;
}
