import { httpRequest } from '@greenvue/jobs';
import { cleanupExpiredListings } from './cleanup-expired-listings.ts';
import { sendNotifications } from './send-notifications.ts';
import { updateSearchIndex } from './update-search-index.ts';
import { weeklySellerDigest } from './weekly-seller-digest.ts';

/** Every job type of GreenVue. A new one is a file beside this and a line here. */
export const jobTypes = [
  cleanupExpiredListings,
  sendNotifications,
  updateSearchIndex,
  weeklySellerDigest,
  httpRequest(),
] as const;
