import {
  createAlertChannel,
  deleteAlertChannel,
  getAlertChannel,
  listAlertChannels,
  listAlertDeliveries,
  patchAlertChannel,
  retryAlertDelivery,
  testAlertChannel,
} from '../api/alert-api.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { checkedArguments } from '../input/checked-arguments.ts';
import type { AlertsApi } from '../ports/alerts-port.ts';

/** The methods about alerts. `given` checks the arguments of a method. */
export function createAlertsApi(parts: EngineParts, given: typeof checkedArguments): AlertsApi {
  return {
    createAlertChannel: async (...args) => createAlertChannel(parts, ...given('createAlertChannel', args)),
    patchAlertChannel: async (...args) => patchAlertChannel(parts, ...given('patchAlertChannel', args)),
    deleteAlertChannel: async (...args) => deleteAlertChannel(parts, ...given('deleteAlertChannel', args)),
    getAlertChannel: async (...args) => getAlertChannel(parts, ...given('getAlertChannel', args)),
    listAlertChannels: async (...args) => {
      given('listAlertChannels', args);
      return listAlertChannels(parts);
    },
    testAlertChannel: async (...args) => testAlertChannel(parts, ...given('testAlertChannel', args)),
    listAlertDeliveries: async (...args) => listAlertDeliveries(parts, ...given('listAlertDeliveries', args)),
    retryAlertDelivery: async (...args) => retryAlertDelivery(parts, ...given('retryAlertDelivery', args)),
  };
}
