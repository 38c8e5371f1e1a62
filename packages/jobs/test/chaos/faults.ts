import type { Fault } from './fault.ts';
import { DEPLOY_FAULTS } from './faults/deploy.ts';
import { NAMESPACE_FAULTS } from './faults/namespace.ts';
import { NETWORK_FAULTS } from './faults/network.ts';
import { NODE_FAULTS } from './faults/nodes.ts';
import { PEOPLE_FAULTS } from './faults/people.ts';
import { READER_FAULTS } from './faults/readers.ts';
import { RESET_FAULTS } from './faults/resets.ts';
import { SERVER_FAULTS } from './faults/server.ts';

/** All faults, in the order of a round. */
export const FAULTS: readonly Fault[] = [
  ...NODE_FAULTS,
  ...SERVER_FAULTS,
  ...NETWORK_FAULTS,
  ...RESET_FAULTS,
  ...NAMESPACE_FAULTS,
  ...READER_FAULTS,
  ...PEOPLE_FAULTS,
  ...DEPLOY_FAULTS,
];
