/**
 * Names a stored secret where a payload has the type of its schema (P40, secrets in payloads):
 *
 *     const payload = { shop: 'eu', token: secret('SHOP_TOKEN') };
 *     await jobs.schedule(syncOrders, { id: 'sync', interval: '1h', payload });
 *
 * The handler gets the value of the secret.
 */
export function secret<Value = string>(name: string): Value {
  // The engine checks the payload with the value of the secret in this place.
  return { $secret: name } as Value;
}
