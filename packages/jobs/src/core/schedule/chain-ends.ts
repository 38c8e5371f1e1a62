/** Which ends of an upstream run make a run (P32, chains and gates). `finished`: however it ended. */
export const CHAIN_ENDS = ['succeeded', 'failed', 'finished'] as const;
export type ChainOn = (typeof CHAIN_ENDS)[number];
