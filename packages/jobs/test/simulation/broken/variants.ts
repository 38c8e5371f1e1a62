import type { Variant } from './variant.ts';
import { ATTEMPT_VARIANTS } from './variants/attempts.ts';
import { COMMAND_VARIANTS } from './variants/commands.ts';
import { LIMIT_AND_CHAIN_VARIANTS } from './variants/limits-and-chains.ts';
import { ROOM_VARIANTS } from './variants/room.ts';
import { SLOT_VARIANTS } from './variants/slots.ts';

/** Broken engines: each has one mistake that a suite of the engine must find. */
export const VARIANTS: readonly Variant[] = [
  ...SLOT_VARIANTS,
  ...ROOM_VARIANTS,
  ...ATTEMPT_VARIANTS,
  ...COMMAND_VARIANTS,
  ...LIMIT_AND_CHAIN_VARIANTS,
];
