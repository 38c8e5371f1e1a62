import type { DemoWorld } from '../world.ts';
import { scoreFraud } from './fraud.ts';
import { importStatements, resizePhotos, sendOffers, trainRecommendations, writeReport } from './office.ts';
import { capturePayments, syncStock, trackParcels } from './partners.ts';
import { exportPayouts } from './payouts.ts';

/** The job types that only the demo has. */
export function demoTypes(world: DemoWorld) {
  return [
    capturePayments(world),
    exportPayouts(world),
    importStatements(world),
    resizePhotos(world),
    scoreFraud(world),
    sendOffers(world),
    syncStock(world),
    trackParcels(world),
    trainRecommendations(world),
    writeReport(world),
  ] as const;
}
